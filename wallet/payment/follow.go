package payment

import (
	"github.com/florinledger/florin/ledger/journal"
)

// asked returns the payment of ours that a message is about: the one that its payment is known by, or that its
// metadata names. What metadata says is anybody's word, so that provider and asset have to fit, and one of
// the provider's payments is one of ours.
func asked(s *journal.Scope, f Fact) (id string, o order, ok bool) {
	id = f.Order
	if f.Payment != "" {
		if known := find(s, f.Provider, f.Payment).Order; known != "" {
			id = known
		}
	}
	o, ok = findOrder(s, id)
	fits := o.Provider == f.Provider && (f.Asset == "" || f.Asset == o.Amount.Asset) &&
		(f.Payment == "" || o.Intent == "" || o.Intent == f.Payment)
	return id, o, ok && fits
}

// follow notes how a payment of ours stands after a message, and reports whether that is otherwise than before.
func follow(s *journal.Scope, f Fact) bool {
	id, o, ok := asked(s, f)
	if !ok {
		return false
	}
	before := o.Progress
	if o.Intent == "" {
		o.Intent = f.Payment
	}
	if o.Intent != "" {
		p := find(s, o.Provider, o.Intent)
		o.Received, o.Refunded, o.Disputed, o.Fee = p.Received, p.Refunded, "", p.Fee
		if sum := disputedOf(s, o.Provider, p); sum.IsPositive() {
			o.Disputed = journal.FormatAmount(sum)
		}
	}
	if f.Told != "" {
		o.tell(f.Told, f.OccurredAt, f.Failure)
	}
	step := o.step(id)
	if step.Progress == before {
		return false
	}
	o.emit(s, TypeProgressed, Progressed{step, f.source()})
	return true
}

// weighTold notes a message that moves nothing.
func weighTold(s *journal.Scope, f Fact) (Result, error) {
	if _, _, ours := asked(s, f); ours && follow(s, f) {
		return Result{Deferred, NothingMoved}, nil
	}
	return Result{Passed, NothingMoved}, nil
}
