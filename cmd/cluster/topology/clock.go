package topology

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// fakeTime is where packages put the library that tells a program another time.
const fakeTime = "/usr/lib/*/faketime/libfaketime.so.1"

// Clock is the clock of one Postgres, which can be set while all else goes by the machine's. It reaches Postgres because that
// asks its C library for the time; Go asks the kernel, so an instance of Florin cannot be told another one.
type Clock struct {
	t    *Topology
	name string
	file string
}

// OwnClock restarts a Postgres with a clock of its own, which is right to begin with.
func (t *Topology) OwnClock(ctx context.Context, name string) (*Clock, error) {
	d, ok := t.parts[name].(*database)
	if !ok {
		return nil, fmt.Errorf("%s is no database", name)
	}
	libraries, err := filepath.Glob(fakeTime)
	if err != nil {
		return nil, err
	}
	if len(libraries) == 0 {
		return nil, fmt.Errorf("%w: %s is not installed: on Debian, apt-get install --no-install-recommends faketime", ErrNotHere, fakeTime)
	}
	c := &Clock{t: t, name: name, file: filepath.Join(t.dir, name+".clock")}
	if err := errors.Join(c.Set(0), t.Stop(ctx, name)); err != nil {
		return nil, err
	}
	d.setEnv(
		"LD_PRELOAD="+libraries[0], "FAKETIME_TIMESTAMP_FILE="+c.file, "FAKETIME_NO_CACHE=1",
		// Only what time it is, not how much has passed since when, nor of when a file is.
		"FAKETIME_DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1",
	)
	return c, t.Start(ctx, name)
}

// Set has the clock be so far ahead of the machine's, or behind it where that is negative, from now on.
func (c *Clock) Set(ahead time.Duration) error {
	next := c.file + ".next" // it is read at every look at the clock, and must never be half there
	//nolint:gosec // the server is another user, and what time it is is no secret
	if err := os.WriteFile(next, []byte(fmt.Sprintf("%+.3f\n", ahead.Seconds())), 0o644); err != nil {
		return err
	}
	return os.Rename(next, c.file)
}

// Remove restarts the Postgres by the machine's clock.
func (c *Clock) Remove(ctx context.Context) error {
	if err := c.t.Stop(ctx, c.name); err != nil {
		return err
	}
	if d, ok := c.t.parts[c.name].(*database); ok {
		d.setEnv()
	}
	return errors.Join(c.t.Start(ctx, c.name), os.Remove(c.file))
}
