package importing

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // --timezone works where the system has no zones

	"github.com/florinledger/florin/adapters/hledger"
)

// open opens the file and returns its size, -1 for one that has none.
func (c *Config) open() (io.ReadCloser, int64, error) {
	if c.File == "-" {
		return io.NopCloser(os.Stdin), -1, nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, 0, errors.Join(err, f.Close())
	case !info.Mode().IsRegular():
		return f, -1, nil
	}
	return f, info.Size(), nil
}

// prefix is what references begin with. It is the file's name and not its content, so that a file
// that was added to since is known again and only what is new is posted.
func (c *Config) prefix() (string, error) {
	name, _, _ := strings.Cut(filepath.Base(c.File), ".")
	if c.File == "-" {
		name = ""
	}
	prefix := cmp.Or(c.ReferencePrefix, name)
	if prefix == "" {
		return "", errors.New("say with --reference-prefix what the references of the transactions begin with: the input has no name that they could have")
	}
	return prefix, nil
}

// source is how the file is read: hledger's JSON begins with a bracket, JSON Lines with a brace.
func (c *Config) source(in io.Reader, plan *plan) (source, error) {
	first, in, err := peek(in)
	switch {
	case err != nil:
		return nil, err
	case first == '{' && c.ReferenceTag != "":
		return nil, errors.New("--reference-tag is for hledger's JSON; JSON Lines name their references themselves")
	case first == '{' && c.Map != "":
		return nil, errors.New("--map is for hledger's JSON; JSON Lines have Florin's names already")
	case first == '{':
		return newLinesSource(in, filepath.Base(c.File)), nil
	case first != '[':
		return nil, errors.New("want hledger's JSON (hledger print -x -O json) or JSON Lines")
	}
	mapping, err := c.mapping()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Map, err)
	}
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return nil, fmt.Errorf("--timezone: %w", err)
	}
	config := hledger.Config{Location: zone, Scale: plan.scale}
	if c.Zero != "refuse" {
		config.Zero = hledger.Zero(c.Zero)
	}
	if c.Virtual != "refuse" {
		config.Virtual = hledger.Virtual(c.Virtual)
	}
	if c.PostingDates != "refuse" {
		config.PostingDates = hledger.PostingDates(c.PostingDates)
	}
	plan.converter = hledger.NewConverter(mapping, config)
	return &hledgerSource{reader: hledger.NewReader(in), converter: plan.converter, tag: c.ReferenceTag, ownPrefix: c.ReferencePrefix}, nil
}

// mapping reads the mapping file; without one nothing is mapped by hand.
func (c *Config) mapping() (*hledger.Mapping, error) {
	if c.Map == "" {
		return &hledger.Mapping{}, nil
	}
	f, err := os.Open(c.Map)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return hledger.ReadMapping(f)
}
