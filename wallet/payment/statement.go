package payment

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/recon"
)

// What lines of a statement, and entries, are of.
func ofPayment(id string) string { return "payment/" + id }
func ofPayout(id string) string  { return "payout/" + id }
func ofLine(id string) string    { return "line/" + id }

// StatementTypes are the events that say something of a statement's lines even where they move nothing on the clearing
// account: a balance transaction that needed no posting, and how far payouts are.
func StatementTypes() []string {
	return []string{TypeSettled, TypeFundsWithdrawn, TypeFundsReinstated, TypePayoutCreated, TypePayoutPaid, TypePayoutFailed}
}

// LineOf says what a balance transaction is to whoever reconciles: a line, and what it is of, as [EntryOf] names it.
//
// Errors: a fault, for amounts that are none.
func LineOf(f Fact) (recon.Line, error) {
	t := f.Settlement
	l := recon.Line{ID: t.ID, At: f.OccurredAt, Asset: t.Asset, Type: t.Type, Reference: t.Ref, Of: ofLine(t.ID)}
	var err error
	if l.Amount, err = decimal.NewFromString(t.Amount); err != nil {
		return l, fmt.Errorf("payment: line %s: %w", t.ID, err)
	}
	if l.Fee, err = decimal.NewFromString(t.Fee); err != nil {
		return l, fmt.Errorf("payment: line %s: %w", t.ID, err)
	}
	l.Paid = recon.Money{Asset: t.Asset, Amount: l.Amount}
	switch t.Of {
	case OfPayment, OfRefund:
		l.Of = ofPayment(f.Payment)
		if t.Paid.Asset != t.Asset || t.Of == OfRefund {
			paid, err := decimal.NewFromString(t.Paid.Amount)
			if err != nil {
				return l, fmt.Errorf("payment: line %s: %w", t.ID, err)
			}
			l.Paid = recon.Money{Asset: t.Paid.Asset, Amount: paid}
		}
	case OfPayout:
		l.Of = ofPayout(f.Payout.ID)
	default:
		l.Paid = recon.Money{} // the line alone tells of it
	}
	return l, nil
}

// EntryOf says what an event is to whoever reconciles Stripe; ok is false for one that is nothing to them. It decodes the
// event.
//
// Errors: a fault of decoding.
func EntryOf(r *journal.Registry, e *journal.Event) (entry recon.Entry, ok bool, err error) {
	entry = recon.Entry{Position: e.Position, Type: e.Type, At: e.EffectiveAt, Changes: changes(e)}
	if len(e.Postings) > 0 {
		entry.Transaction = e.TransactionID()
	}
	if err := r.Decode(e); err != nil {
		return entry, false, err
	}
	switch b := e.Body.(type) {
	case Settled:
		entry.Line, entry.Said = b.Settlement.ID, said(b.Settlement.Movement)
		switch {
		case b.Payment != "":
			entry.Of = ofPayment(b.Payment)
		case b.Settlement.Of == OfPayout:
			entry.Of = ofPayout(b.Settlement.Ref)
		default:
			entry.Of = ofLine(b.Settlement.ID)
		}
		return entry, b.Provider == Stripe, nil
	case FundsMoved:
		entry.Line, entry.Said, entry.Of = b.Movement.ID, said(b.Movement), ofLine(b.Movement.ID)
		return entry, b.Provider == Stripe, nil
	case PayoutMoved:
		entry.Of, entry.Stage = ofPayout(b.Payout), string(b.Stage)
		return entry, b.Provider == Stripe, nil
	case Received:
		entry.Of = ofPayment(b.Payment)
	case Refunded:
		entry.Of = ofPayment(b.Payment)
	case Counted:
		entry.Of = ofPayment(b.Payment)
	case OutsideRefund:
		entry.Of = ofPayment(b.Payment)
	default:
		if step, refund := RefundStepOf(e); refund {
			entry.Of = ofPayment(step.Intent)
		} else if id := invoiced(e); id != "" {
			entry.Of = ofPayment(id)
		}
	}
	return entry, len(entry.Changes) > 0, nil
}

// invoiced is the payment of the invoice that an event of a membership is about; empty for any other event.
func invoiced(e *journal.Event) string {
	var body struct {
		Invoice struct {
			Provider string `json:"provider"`
			Payment  string `json:"payment"`
		} `json:"invoice"`
	}
	if json.Unmarshal(e.Data, &body) != nil || body.Invoice.Provider != Stripe {
		return "" // an event whose invoice is something else
	}
	return body.Invoice.Payment
}

func said(m Movement) recon.Said {
	return recon.Said{Asset: m.Asset, Amount: figure(m.Amount), Fee: figure(m.Fee)}
}

// changes are what an event adds to the clearing account.
func changes(e *journal.Event) (out []recon.Money) {
	if e.Ledger != ledger.Main {
		return nil
	}
	for _, p := range e.Postings {
		if p.Account != Clearing {
			continue
		}
		amount := p.Amount
		if p.Side == journal.Credit {
			amount = amount.Neg()
		}
		found := false
		for i := range out {
			if out[i].Asset == p.Asset {
				out[i].Amount, found = out[i].Amount.Add(amount), true
			}
		}
		if !found {
			out = append(out, recon.Money{Asset: p.Asset, Amount: amount})
		}
	}
	return out
}
