package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// mainShard is the shard of the ledger main, where payments stand.
const mainShard journal.Shard = 0

// Call is a call to a provider that was not answered, and is made again.
type Call struct {
	// Position is that of the event that asks for it.
	Position int64
	Provider string
	// Attempts is how often it was made.
	Attempts int
}

// Unanswered keeps calls that were not answered, also across restarts, so that each waits for its own answer and holds
// up no other.
type Unanswered interface {
	// SetAside keeps a call until a time. why is for operators.
	SetAside(ctx context.Context, c Call, until time.Time, why string) error
	// Due returns calls whose time has come, those that have waited longest first.
	Due(ctx context.Context, now time.Time, limit int) ([]Call, error)
	// Answered forgets the call that an event asked for, if it is kept.
	Answered(ctx context.Context, position int64) error
}

// Health knows which providers answer, for all processes.
type Health interface {
	// Heard notes that a provider has answered or, with a fault, that it has not. It returns whether the provider is
	// down now, and whether it was before.
	Heard(ctx context.Context, provider string, fault error) (down, before bool, err error)
	// Recovered notes that a provider that was down answers when it is asked whether it does. One fault more, and it
	// is down again.
	Recovered(ctx context.Context, provider string) error
	// Down returns the providers that are down.
	Down(ctx context.Context) (map[string]bool, error)
}

// noAnswer is what a call ends with that has to be made again.
type noAnswer struct {
	provider string
	err      error
}

func (n noAnswer) Error() string { return fmt.Sprintf("%s has not answered: %v", n.provider, n.err) }

func (n noAnswer) Unwrap() error { return n.err }

var (
	errDown          = errors.New("it does not answer at all, and is not called until it does")
	errNotConfigured = errors.New("it is not configured")
)

// again is when a call is made again that was made so often.
func again(attempts int) time.Duration {
	return min(firstAgain<<min(attempts-1, 20), lastAgain)
}

// Choice says which provider is asked for new payments. A payment stays with the one that it began with.
type Choice struct {
	order  []string
	health Health
}

// NewChoice returns the choice among providers, the one that is liked best first.
func NewChoice(order []string, health Health) *Choice { return &Choice{order, health} }

// Provider returns the first provider that is not down; the first of all where all of them are; "" where there is none.
//
// Errors: those of [Health].
func (c *Choice) Provider(ctx context.Context) (string, error) {
	if len(c.order) == 0 {
		return "", nil
	}
	if len(c.order) > 1 {
		down, err := c.health.Down(ctx)
		if err != nil {
			return "", err
		}
		for _, name := range c.order {
			if !down[name] {
				return name, nil
			}
		}
	}
	return c.order[0], nil
}
