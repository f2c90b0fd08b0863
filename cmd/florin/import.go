package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // --timezone works where the system has no zones

	"github.com/florinledger/florin/adapters/hledger"
)

// importCommand posts a journal to a running service. It reads the whole of it first, and posts
// nothing when anything in it cannot be posted.
type importCommand struct {
	File string `arg:"" help:"JSON of hledger print -x -O json, or JSON Lines of transactions; - for standard input."`

	Ledger string `help:"Ledger to post to." default:"main"`
	Map    string `help:"YAML file that says what accounts and commodities are called in Florin." type:"path" placeholder:"FILE"`
	DryRun bool   `help:"Check everything and say what would be posted, and post nothing."`

	Zero         string `help:"What becomes of postings of zero: refuse or drop." enum:"refuse,drop" default:"refuse"`
	Virtual      string `help:"What becomes of virtual postings: refuse, drop, or real (those in brackets become real)." enum:"refuse,drop,real" default:"refuse"`
	PostingDates string `help:"What becomes of dates of postings that are not their transaction's: refuse or ignore." enum:"refuse,ignore" default:"refuse"`
	Timezone     string `help:"Where a day begins at midnight, such as Europe/Paris." default:"UTC"`

	ReferencePrefix string `help:"What the references of transactions begin with; a number follows. Default: the name of the file." placeholder:"TEXT"`
	ReferenceTag    string `help:"Tag whose value is the reference of a transaction, instead of a number." placeholder:"TAG"`
	RegisterAssets  bool   `help:"Register assets that the service does not know, with the decimals that the file has." default:"true" negatable:""`

	URL      string        `help:"Address of the service." env:"FLORIN_URL" default:"http://127.0.0.1:8080"`
	Token    string        `help:"Bearer token of a caller with the role finance; .florin/dev.env has that of florin dev." env:"FLORIN_TOKEN" required:""`
	Patience time.Duration `help:"How long a request is repeated while the service is away." default:"2m"`
}

// Run reads, checks and posts. Exit code 1 when something was listed.
func (c *importCommand) Run(ctx context.Context, con console) error {
	florin, err := c.dial(con)
	if err != nil {
		return err
	}
	defer florin.Close()
	known, err := assets(ctx, florin)
	refused := asProblem(err)
	switch {
	case refused != nil && refused.Status == http.StatusForbidden:
		return fmt.Errorf("the token's caller needs the role finance: %w", err)
	case err != nil:
		return fmt.Errorf("assets of the service: %w", err)
	}
	plan, err := c.read(ctx, con, known)
	if err != nil {
		return err
	}
	defer plan.close()
	if plan.problems.any() {
		plan.problems.list(con.Err, "nothing was posted")
		return errFound
	}
	p := newPoster(florin, c.URL, c.Ledger, plan)
	if c.ReferencePrefix == "" {
		if err := p.findTwin(ctx); err != nil {
			return err
		}
		if p.problems.any() {
			p.problems.list(con.Err, "nothing was posted")
			return errFound
		}
	}
	if c.DryRun {
		plan.describe(con.Out)
		return p.try(ctx, con)
	}
	if err := register(ctx, florin, plan.unregistered()); err != nil {
		return err
	}
	plan.describeAssets(con.Out)
	return p.post(ctx, con)
}

// read makes the plan: the first pass.
func (c *importCommand) read(ctx context.Context, con console, known map[string]int32) (plan *importPlan, err error) {
	in, size, err := c.open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	prefix, err := c.prefix()
	if err != nil {
		return nil, err
	}
	plan, err = newImportPlan(c.Ledger, prefix, known, c.RegisterAssets)
	if err != nil {
		return nil, err
	}
	bar := newProgress(con.Err, "reading", "bytes", size)
	source, err := c.source(bar.reader(in), plan)
	if err == nil {
		err = plan.fill(ctx, source)
	}
	bar.finish()
	if err != nil {
		plan.close()
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	return plan, nil
}

// open opens the file and returns its size, -1 for one that has none.
func (c *importCommand) open() (io.ReadCloser, int64, error) {
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
func (c *importCommand) prefix() (string, error) {
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
func (c *importCommand) source(in io.Reader, plan *importPlan) (importSource, error) {
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
func (c *importCommand) mapping() (*hledger.Mapping, error) {
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
