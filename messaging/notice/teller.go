package notice

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
)

// Owners says whose a wallet is.
type Owners interface {
	// Owner returns who owns a wallet; ok is false when there is none of that id.
	Owner(ctx context.Context, walletID string) (principal string, ok bool, err error)
}

// Commands has commands decided.
type Commands interface {
	// Record returns what became of a command that is never too late, the same for each repeat.
	Record(ctx context.Context, c journal.Command) (journal.Answer, error)
}

// Teller tells owners.
type Teller struct {
	registry *journal.Registry
	owners   Owners
	sealer   *messaging.Sealer
	commands Commands
	log      *slog.Logger
}

// NewTeller returns a teller. registry decodes events.
func NewTeller(registry *journal.Registry, owners Owners, sealer *messaging.Sealer, commands Commands, log *slog.Logger) *Teller {
	return &Teller{registry: registry, owners: owners, sealer: sealer, commands: commands, log: log}
}

// Tell is a [journal.Effect]: it sends the notice of an event, if there is one to send.
func (t *Teller) Tell(ctx context.Context, e *journal.Event, key func(int) string) (err error) {
	if err := t.registry.Decode(e); err != nil {
		return err
	}
	n, ok := of(e)
	if !ok {
		return nil
	}
	owner := n.person
	if owner == "" {
		if owner, ok, err = t.owners.Owner(ctx, n.wallet); err != nil || !ok {
			return err
		}
	}
	c, err := t.command(ctx, e, key(0), owner, n)
	if errors.Is(err, messaging.ErrRecipientNotFound) { // a service's, or somebody's who is erased
		return nil
	}
	if err != nil {
		return err
	}
	a, err := t.commands.Record(ctx, c)
	if err != nil {
		return fmt.Errorf("notice of event %d: %w", e.Position, err)
	}
	if a.Outcome.Status != journal.Done {
		// It would end in the same way for ever.
		t.log.ErrorContext(ctx, "a notice was not sent", "event", e.Position, "topic", n.topic, "command", c.ID.String(), "status", string(a.Outcome.Status))
	}
	return nil
}

// command returns the command that sends a notice. It is named after the event, and so is its hash: what is
// sealed anew for a repeat is other bytes that say the same.
func (t *Teller) command(ctx context.Context, e *journal.Event, name, owner string, n notice) (journal.Command, error) {
	sealed, err := t.sealer.Seal(ctx, messaging.Florin, owner, n.subject, n.body)
	if err != nil {
		return journal.Command{}, err
	}
	data, err := journal.Marshal(messaging.SendMessage{
		From: messaging.Florin, To: owner, Kind: messaging.KindNotice, Topic: n.topic, About: n.about,
		Subject: sealed.Subject, Body: sealed.Body, ToKey: sealed.ToKey,
	})
	if err != nil {
		return journal.Command{}, err
	}
	digest := sha256.Sum256([]byte(name))
	return journal.Command{
		ID: journal.NewCommandID(messaging.Florin, name), Type: messaging.CommandSendMessage, Data: data,
		Hash: [16]byte(digest[:16]), Actor: messaging.Florin, Correlation: e.Command, Trace: e.Trace,
	}, nil
}
