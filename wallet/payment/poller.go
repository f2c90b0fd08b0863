package payment

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// History is what a provider has told, for whoever did not hear it.
type History interface {
	// Since calls each for every message from a time on, in no order. A message that cannot be read comes with an
	// error instead, which is one of those of [Reader]. It returns each's error, or a fault.
	Since(ctx context.Context, from time.Time, each func(Message, error) error) error
}

// Outcomes knows how commands ended.
type Outcomes interface {
	// Outcome returns how a command ended; ok is false while it has not.
	Outcome(ctx context.Context, id journal.CommandID) (answer journal.Answer, ok, waiting bool, err error)
}

// Poller asks a provider for messages that were not delivered, so that a lost one costs minutes and no money.
type Poller struct {
	history History
	ear     ear
}

// ear books messages that were asked for, as if they had been delivered.
type ear struct {
	keeper   Keeper
	outcomes Outcomes
	commands Commands
	log      *slog.Logger
}

// NewPoller returns a poller of what history has; keeper keeps it.
func NewPoller(history History, keeper Keeper, outcomes Outcomes, commands Commands, log *slog.Logger) *Poller {
	return &Poller{history, ear{keeper, outcomes, commands, log}}
}

// Poll books what was told from a time on and is not booked, as if it had been delivered: a message that was, or is
// delivered later, is the same command. It returns the time of the newest message; from, if there is none.
func (p *Poller) Poll(ctx context.Context, from time.Time) (newest time.Time, err error) {
	newest = from
	err = p.history.Since(ctx, from, func(m Message, err error) error {
		if err != nil { // it would be answered 400 if it were delivered
			p.ear.log.Warn("a provider's event is passed over", "event", m.ID, "error", err)
			return nil
		}
		if m.Fact.OccurredAt.After(newest) {
			newest = m.Fact.OccurredAt
		}
		return p.ear.hear(ctx, m)
	})
	return newest, err
}

func (p ear) hear(ctx context.Context, m Message) error {
	c, err := Command(m.Fact)
	if err != nil {
		return err
	}
	_, known, _, err := p.outcomes.Outcome(ctx, c.ID)
	if err != nil || known {
		return err
	}
	if m.Fact.Raw, err = p.keeper.Keep(ctx, m); err != nil {
		return fmt.Errorf("payment: %s of %s is not kept: %w", m.ID, m.Provider, err)
	}
	if c, err = Command(m.Fact); err != nil {
		return err
	}
	a, err := p.commands.Record(ctx, c)
	if err != nil {
		return err
	}
	if a.Outcome.Status != journal.Done {
		p.log.Error("a provider's event was not booked", "event", m.ID, "command", c.ID.String(), "status", string(a.Outcome.Status))
	}
	return nil
}
