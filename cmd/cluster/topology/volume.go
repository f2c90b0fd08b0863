package topology

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrNotHere is of what this machine does not allow or does not have. Nothing has been changed by whoever returns it.
var ErrNotHere = errors.New("not possible here")

// ballast is the file that takes the room of a volume. Nothing that lies in a volume has that name.
const ballast = "ballast"

// Volume is a disk of limited size that a folder lies on: a file system in memory.
type Volume struct{ folder string }

// CanMount is ErrNotHere, with why, where no file system may be mounted: that takes root, and in a container often more.
func (t *Topology) CanMount(ctx context.Context) error {
	probe := filepath.Join(t.dir, "probe")
	if err := os.MkdirAll(probe, 0o700); err != nil {
		return err
	}
	t.guard.mount(probe)
	if err := command(ctx, "mount", "-t", "tmpfs", "-o", "size=4k", "florin-probe", probe); err != nil {
		return fmt.Errorf("%w: %w", ErrNotHere, errors.Join(err, os.Remove(probe)))
	}
	return errors.Join(command(ctx, "umount", probe), os.Remove(probe))
}

// Volume puts a folder, and all that is in it, onto a disk of its own that has so many bytes of room more. Whoever uses the
// folder is not running. It ends with the topology, however that ends.
func (t *Topology) Volume(ctx context.Context, folder string, room int64) (*Volume, error) {
	info, err := os.Stat(folder)
	if err != nil {
		return nil, err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil, fmt.Errorf("%s has no owner", folder)
	}
	used, err := sizeOf(folder)
	if err != nil {
		return nil, err
	}
	aside := folder + ".aside"
	if err := errors.Join(os.Rename(folder, aside), os.Mkdir(folder, 0o700)); err != nil {
		return nil, err
	}
	t.guard.mount(folder)
	options := fmt.Sprintf("size=%d,mode=%o,uid=%d,gid=%d", used+room, info.Mode().Perm(), owner.Uid, owner.Gid)
	if err := command(ctx, "mount", "-t", "tmpfs", "-o", options, "florin-volume", folder); err != nil {
		return nil, errors.Join(err, os.Remove(folder), os.Rename(aside, folder))
	}
	if err := command(ctx, "cp", "-a", aside+"/.", folder); err != nil {
		return nil, err
	}
	return &Volume{folder: folder}, os.RemoveAll(aside)
}

// Fill takes all the room that is left, whoever wants it.
func (v *Volume) Fill() error {
	file, err := os.OpenFile(filepath.Join(v.folder, ballast), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	for size := 1 << 20; size > 0 && err == nil; {
		if _, err = file.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size, err = size/2, nil // the smaller ones find what is left
		}
	}
	return errors.Join(err, file.Close())
}

// Free gives back what Fill took.
func (v *Volume) Free() error {
	err := os.Remove(filepath.Join(v.folder, ballast))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Remove puts the folder back to where it was, with all that is in it. Whoever uses it is not running.
func (v *Volume) Remove(ctx context.Context) error {
	back := v.folder + ".aside"
	return errors.Join(v.Free(), firstOf(
		func() error { return command(ctx, "cp", "-a", v.folder, back) },
		func() error { return command(ctx, "umount", v.folder) },
		func() error { return os.Remove(v.folder) },
		func() error { return os.Rename(back, v.folder) },
	))
}

// firstOf does one thing after the other until one fails.
func firstOf(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// sizeOf is how much the files in a folder take.
func sizeOf(folder string) (sum int64, err error) {
	err = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			const page = 4 << 10 // what a file takes at least, or is rounded to
			sum += (info.Size()/page + 1) * page
		}
		return err
	})
	return sum, err
}

// command runs a program to its end; an error has what it said.
func command(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.Join(strings.Fields(string(out)), " "))
	}
	return nil
}
