package importing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/florinledger/florin/cmd/florin/progress"
)

// Config says what is imported, how, and to where. Its tags are for the command line.
type Config struct {
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
	Token    string        `help:"Bearer token of a caller with the role finance; .florin/dev.env has that of florin dev." env:"FLORIN_TOKEN"`
	Patience time.Duration `help:"How long a request is repeated while the service is away." default:"2m"`
}

// ErrFound ends an import that has listed what is in its way.
var ErrFound = errors.New("the import found something in its way")

// console is where an import writes: what it did to out, everything else to err.
type console struct{ out, err io.Writer }

// Run reads, checks and posts, and says on out what it did. What keeps it from posting all of it is listed on errs, and
// the error is ErrFound; any other error is about the file, or the service, as a whole.
func Run(ctx context.Context, c Config, out, errs io.Writer) error {
	if c.Token == "" {
		return errors.New("want a token of a caller with the role finance: --token or FLORIN_TOKEN")
	}
	con := console{out, errs}
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
		plan.problems.list(con.err, "nothing was posted")
		return ErrFound
	}
	p := newPoster(florin, c.URL, c.Ledger, plan)
	if c.ReferencePrefix == "" {
		if err := p.findTwin(ctx); err != nil {
			return err
		}
		if p.problems.any() {
			p.problems.list(con.err, "nothing was posted")
			return ErrFound
		}
	}
	if c.DryRun {
		plan.describe(con.out)
		return p.try(ctx, con)
	}
	if err := register(ctx, florin, plan.unregistered()); err != nil {
		return err
	}
	plan.describeAssets(con.out)
	return p.post(ctx, con)
}

// read makes the plan: the first pass.
func (c *Config) read(ctx context.Context, con console, known map[string]int32) (plan *plan, err error) {
	in, size, err := c.open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	prefix, err := c.prefix()
	if err != nil {
		return nil, err
	}
	plan, err = newPlan(c.Ledger, prefix, known, c.RegisterAssets)
	if err != nil {
		return nil, err
	}
	bar := progress.New(con.err, "reading", "bytes", size)
	source, err := c.source(bar.Reader(in), plan)
	if err == nil {
		err = plan.fill(ctx, source)
	}
	bar.Finish()
	if err != nil {
		plan.close()
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	return plan, nil
}
