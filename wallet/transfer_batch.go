package wallet

import (
	"fmt"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// Validate reports what is wrong with the form of c: of an independent batch as a whole, since a malformed
// transfer there is the result of that transfer alone; of an atomic batch also of every transfer.
func (c TransferBatch) Validate() []ledger.FieldError {
	errs := c.envelope()
	if len(errs) > 0 || c.Mode == ledger.Independent {
		return errs
	}
	for i := range c.Transfers {
		for _, e := range c.Transfers[i].Validate() {
			errs = append(errs, ledger.FieldError{Pointer: transferPointer(i) + e.Pointer, Detail: e.Detail})
		}
		if len(errs) >= ledger.MaxFieldErrors {
			break
		}
	}
	return errs
}

// envelope looks at the batch apart from its transfers.
func (c *TransferBatch) envelope() []ledger.FieldError {
	var f Form
	if c.Mode != ledger.Independent && c.Mode != ledger.Atomic {
		f.Addf("/mode", `want "independent" or "atomic"`)
	}
	if len(c.Transfers) == 0 || len(c.Transfers) > ledger.MaxBatch {
		f.Addf("/transfers", "want 1 to %d transfers", ledger.MaxBatch)
	}
	return f.Errors()
}

func transferPointer(i int) string { return fmt.Sprintf("/transfers/%d", i) }

func decideTransferBatch(s *journal.Scope, c TransferBatch) error {
	if err := ledger.Malformed(c.envelope()); err != nil {
		return err
	}
	return ledger.DecideBatch(s, c.Mode, len(c.Transfers), transferPointer, func(i int) error {
		return DecideTransfer(s, Transfer{As: c.As, NewTransfer: c.Transfers[i]})
	})
}
