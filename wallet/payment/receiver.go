package payment

import (
	"context"
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
)

// Receiver takes what a provider delivers.
type Receiver struct {
	reader Reader
	keeper Keeper
}

// NewReceiver returns a receiver of what reader reads; keeper keeps it.
func NewReceiver(reader Reader, keeper Keeper) *Receiver {
	return &Receiver{reader: reader, keeper: keeper}
}

// Receive checks a delivery, keeps it, and returns the command that books what it says. Only what is
// kept becomes a command, so that whatever is booked can be proved.
//
// Errors: ErrSignature, ErrMalformed, ErrLivemode, for which nothing is kept; otherwise a fault, for
// which the provider has to deliver again.
func (r *Receiver) Receive(ctx context.Context, body []byte, signature string) (journal.Command, error) {
	m, err := r.reader.Read(body, signature)
	if err != nil {
		return journal.Command{}, err
	}
	if m.Fact.Raw, err = r.keeper.Keep(ctx, m); err != nil {
		return journal.Command{}, fmt.Errorf("payment: %s of %s is not kept: %w", m.ID, m.Provider, err)
	}
	return Command(m.Fact)
}
