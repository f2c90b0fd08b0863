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
	thing := f.Payment
	switch {
	case f.Settlement != nil:
		thing = f.Settlement.ID
	case f.Dispute != nil:
		thing = f.Dispute.ID
	case f.Payout != nil:
		thing = f.Payout.ID
	case f.Refund != nil:
		thing = f.Refund.Ref
	}
	return key(f.Provider, string(f.Kind)+"/"+thing)
}

// hold keeps a message that the books cannot take, unless the same was said before.
func hold(s *journal.Scope, f Fact, reason Reason) {
	f.Wallet, f.Order = named(f.Wallet), named(f.Order)
	if f.Refund != nil {
		r := *f.Refund
		r.ID = named(r.ID)
		f.Refund = &r
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
func bookHeld(s *journal.Scope, engine *risk.Engine, thing, by string) error {
	h, _ := heldFacts().Get(s, thing)
	return s.Try(func() error {
		for _, f := range h.Facts {
			result, err := weighRisk(s, engine, f)
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

// CommandBookHeld is the type of the command whose data is a [BookHeld].
const CommandBookHeld = "book-held-fact"

// BookHeld has what is held about a thing booked, now that the books can take it. For finance.
//
// Refusals: ErrSuspenseNotFound, ErrSuspenseEmpty, ErrStillHeld.
type BookHeld struct {
	As wallet.As `json:"as"`
	// HeldID names the item, and Key what it is about.
	HeldID string `json:"held_id"`
	Key    string `json:"key"`
}

func decideBookHeld(s *journal.Scope, engine *risk.Engine, c BookHeld) error {
	h, known := heldFacts().Get(s, c.Key)
	switch {
	case !known:
		return ErrSuspenseNotFound
	case len(h.Facts) == 0 || h.ID != c.HeldID: // what is held by now is another item
		return ErrSuspenseEmpty
	}
	return bookHeld(s, engine, c.Key, c.As.Principal)
}

// registerHeld tells r what held messages decide, evolve and record.
func registerHeld(r *journal.Registry, engine *risk.Engine) {
	journal.Decides(r, CommandBookHeld, func(s *journal.Scope, c BookHeld) error { return decideBookHeld(s, engine, c) })
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
