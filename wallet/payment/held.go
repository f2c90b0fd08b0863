package payment

import (
	"cmp"
	"fmt"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/risk"
)

// The types of the events of messages that the books cannot take. Their shapes at schema 1 are frozen in
// testdata/events. They move nothing.
const (
	TypeFactHeld   = "provider-fact-held"
	TypeFactBooked = "provider-fact-booked"
)

// FactHeld says that the books cannot take what a message says, because of an asset that nobody has registered, say.
// It is kept here, shown to finance, and booked when it can be.
type FactHeld struct {
	// HeldID names the first message that is held about the same thing; Key is that thing.
	HeldID string `json:"held_id"`
	Key    string `json:"key"`
	Reason Reason `json:"reason"`
	Fact   Fact   `json:"fact"`
}

// FactBooked says that what was held about a thing is booked.
type FactBooked struct {
	HeldID string `json:"held_id"`
	Key    string `json:"key"`
	// BookedBy is empty where a later message about the thing had all of it booked.
	BookedBy string `json:"booked_by,omitempty"`
}

// IsHeldType reports whether an event is about messages that the books cannot take.
func IsHeldType(eventType string) bool {
	return eventType == TypeFactHeld || eventType == TypeFactBooked
}

// held is what the writer knows of messages about one thing that the books cannot take.
type held struct {
	ID    string `json:"id"`
	Facts []Fact `json:"facts"`
}

func heldFacts() journal.Kind[held] { return journal.NewKind[held]("held-fact") }

// heldKey is the thing that a message is about: where the books can take one message about it, they can take all.
func (f Fact) heldKey() string {
	thing, kind := f.Payment, string(f.Kind)
	switch {
	case f.Billed():
		kind = string(Billed)
		if b := f.Billing; b != nil {
			thing = b.Subscription
			if b.Invoice != nil {
				thing = b.Invoice.ID
			}
		}
	case f.Settlement != nil:
		thing = f.Settlement.ID
	case f.Dispute != nil:
		thing = f.Dispute.ID
	case f.Payout != nil:
		thing = f.Payout.ID
	case f.Refund != nil:
		thing = f.Refund.Ref
	}
	return key(f.Provider, kind+"/"+thing)
}

// hold keeps a message that the books cannot take, unless the same was said before.
func hold(s *journal.Scope, f Fact, reason Reason) {
	f.Wallet, f.Order = named(f.Wallet), named(f.Order)
	if f.Refund != nil {
		r := *f.Refund
		r.ID = named(r.ID)
		f.Refund = &r
	}
	if f.Billing != nil {
		b := *f.Billing
		b.Membership, b.Member = named(b.Membership), named(b.Member)
		f.Billing = &b
	}
	h, known := heldFacts().Get(s, f.heldKey())
	for _, before := range h.Facts {
		if says(before) == says(f) {
			return
		}
	}
	id := h.ID
	if !known || len(h.Facts) == 0 {
		id = s.NextID().Format(suspensePrefix)
	}
	s.Emit(f.event(s, "held", string(f.Kind)+"/"+f.EventID, TypeFactHeld, FactHeld{HeldID: id, Key: f.heldKey(), Reason: reason, Fact: f}))
}

// Amount is what a message is about, as it says, of either sign.
func (f Fact) Amount() ledger.Money {
	switch {
	case f.Settlement != nil:
		return ledger.Money{Amount: f.Settlement.Amount, Asset: f.Settlement.Asset}
	case f.Dispute != nil:
		return f.Dispute.Amount
	case f.Payout != nil:
		return f.Payout.Amount
	case f.Refund != nil:
		return f.Refund.Amount
	case f.Billing != nil && f.Billing.Invoice != nil:
		return f.Billing.Invoice.Paid
	}
	return ledger.Money{Amount: cmp.Or(f.Received, f.Refunded, "0"), Asset: f.Asset}
}

// says is what a message says, without which message it is.
func says(f Fact) string {
	f.EventID, f.Type, f.Raw = "", "", 0
	data, err := journal.Marshal(f)
	if err != nil {
		panic("payment: a fact that was decoded does not encode: " + err.Error())
	}
	return string(data)
}

// bookHeld books what is held about a thing, all of it. by is who asks for it; "" for a later message about the thing.
//
// Refusals: ErrStillHeld (with [StillHeld]).
func bookHeld(s *journal.Scope, weigh Weigh, thing, by string) error {
	h, _ := heldFacts().Get(s, thing)
	return s.Try(func() error {
		for _, f := range h.Facts {
			result, err := weigh(f)
			switch {
			case err != nil:
				return err
			case result.Result == Held:
				return ErrStillHeld.With(StillHeld{Reason: result.Reason})
			}
		}
		f := h.Facts[0]
		s.Emit(f.event(s, "held", string(f.Kind)+"/"+f.EventID, TypeFactBooked, FactBooked{HeldID: h.ID, Key: thing, BookedBy: by}))
		return nil
	})
}

// Weigh books what a message says and is not booked yet.
type Weigh func(Fact) (Result, error)

// settleHeld holds a message that could not be booked; what was held about the same thing is booked with one that could.
func settleHeld(s *journal.Scope, weigh Weigh, f Fact, result Result) error {
	if result.Result == Held {
		hold(s, f, result.Reason)
		return nil
	}
	if h, _ := heldFacts().Get(s, f.heldKey()); len(h.Facts) > 0 {
		// What could not be booked before can be now, unless something else is wrong with it.
		if err := bookHeld(s, weigh, f.heldKey(), ""); err != nil && journal.AsRefusal(err) == nil {
			return err
		}
	}
	return nil
}

// The types of the commands whose data is a [BookHeld]: memberships decide that about what is billed.
const (
	CommandBookHeld       = "book-held-fact"
	CommandBookHeldBilled = "book-held-billing-fact"
)

// BookHeld has what is held about a thing booked, now that the books can take it. For finance.
//
// Refusals: ErrSuspenseNotFound, ErrSuspenseEmpty, ErrStillHeld.
type BookHeld struct {
	As wallet.As `json:"as"`
	// HeldID names the item, and Key what it is about.
	HeldID string `json:"held_id"`
	Key    string `json:"key"`
}

func decideBookHeld(s *journal.Scope, weigh Weigh, c BookHeld) error {
	h, known := heldFacts().Get(s, c.Key)
	switch {
	case !known:
		return ErrSuspenseNotFound
	case len(h.Facts) == 0 || h.ID != c.HeldID: // what is held by now is another item
		return ErrSuspenseEmpty
	}
	return bookHeld(s, weigh, c.Key, c.As.Principal)
}

// registerHeld tells r what held messages decide, evolve and record.
func registerHeld(r *journal.Registry, engine *risk.Engine) {
	journal.Decides(r, CommandBookHeld, func(s *journal.Scope, c BookHeld) error {
		return decideBookHeld(s, func(f Fact) (Result, error) { return weighRisk(s, engine, f) }, c)
	})
	journal.Records[FactHeld](r, TypeFactHeld, 1, nil)
	journal.Records[FactBooked](r, TypeFactBooked, 1, nil)
	journal.Holds(r, heldFacts())
	r.Evolves(func(s *journal.Scope, e *journal.Event) {
		if !IsHeldType(e.Type) {
			return
		}
		if err := s.Registry().Decode(e); err != nil {
			// State that passed over a fact would be wrong for ever.
			panic(fmt.Sprintf("payment: evolve: %v", err))
		}
		switch body := e.Body.(type) {
		case FactHeld:
			h, _ := heldFacts().Get(s, body.Key)
			h.ID = body.HeldID
			h.Facts = append(h.Facts[:len(h.Facts):len(h.Facts)], body.Fact)
			if len(h.Facts) > MaxHeld { // each says how things stand in all
				h.Facts = h.Facts[1:]
			}
			heldFacts().Put(s, body.Key, h)
		case FactBooked:
			heldFacts().Put(s, body.Key, held{ID: body.HeldID})
		}
	})
}
