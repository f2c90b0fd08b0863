package bench

import (
	"context"
	"fmt"
	"log/slog"
)

// Config is what a run may be told. The zero value means the defaults.
type Config struct {
	// Accounts is how many accounts a workload is spread over. Default: 10,000.
	Accounts int
	// Page is how long a page of a list is asked for. Default: as long as the service makes it.
	Page int
	// TPCB is the yardstick beside the service; nil for none.
	TPCB *PGBench
	// Verify checks the books, as florin verify does, and says what it found; nil where the database
	// is out of reach.
	Verify func(context.Context) (said string, sound bool, err error)
	// Tool runs florin against the service's database, and MoneyProjections are the projections that show money; nil where
	// nobody may do so, because others rely on the service.
	Tool             Tool
	MoneyProjections []string
	// Fresh starts another service, whose journal is empty, to be measured in turns with one that is full;
	// stop ends it. Nil where there is none: then the empty journal is measured before it is filled.
	Fresh func(ctx context.Context) (b *Bench, stop func() error, err error)
	// Log gets a line a leg. Default: none.
	Log *slog.Logger
}

// Bench is one run of the tool against one service.
type Bench struct {
	target   Target
	config   Config
	log      *slog.Logger
	dial     dialer
	observer *observer
	requests *requests

	first   marker
	wallets []string // those that were opened; nil for none yet
	posted  int64    // transactions that were answered as posted
	unknown int64    // transactions that may have been posted: without an answer, or answered 503
}

// defaultAccounts is how many accounts a workload is spread over.
const defaultAccounts = 10_000

// Open checks that the service is there and that it can be seen as far as the target says. What it
// opens, Close closes.
func Open(ctx context.Context, t Target, c Config) (*Bench, error) {
	if c.Accounts == 0 {
		c.Accounts = defaultAccounts
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := t.Check(ctx); err != nil {
		return nil, err
	}
	r, err := newRequests(t)
	if err != nil {
		return nil, err
	}
	dial, err := dialTo(t.URL)
	if err != nil {
		return nil, err
	}
	b := &Bench{target: t, dial: dial, config: c, log: c.Log, observer: &observer{admin: t.AdminURL}, requests: r}
	if t.AdminURL != "" {
		if _, err := readService(ctx, t.AdminURL); err != nil {
			return nil, fmt.Errorf("%w (--admin-url= leaves them out)", err)
		}
	}
	if t.DatabaseURL != "" {
		if b.observer.db, err = openDatabase(ctx, t.DatabaseURL); err != nil {
			return nil, err
		}
	}
	if b.first, err = b.mark(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Close closes what Open opened.
func (b *Bench) Close() {
	if b.observer.db != nil {
		b.observer.db.close(context.Background())
	}
}
