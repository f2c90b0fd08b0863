package payment

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

const suspensePrefix = "sus"

// SuspensePlace returns the place that the id of an item in suspense names, of the event that put it there. Errors:
// journal.ErrBadID.
func SuspensePlace(id string) (journal.PlaceID, error) {
	return journal.ParsePlaceID(suspensePrefix, id)
}

// SuspenseID is the id of the item that an event put into suspense, or held.
func SuspenseID(e *journal.Event) string { return e.ID().Format(suspensePrefix) }

// Suspension is what an event changes of one item in suspense: money that is owed to somebody yet unknown.
type Suspension struct {
	// Key names the item: what it is money of, and in which asset.
	Key string
	// Provider and Payment are the provider's payment that it is money of.
	Provider, Payment string
	// Amount is added to it; below zero it is taken away.
	Amount ledger.Money
}

// Suspending is what the body of another package's event says of what the event changes in suspense, of one payment or of
// several. Each item is that of its payment, whoever put it there.
type Suspending interface{ Suspends() []Suspension }

// ChangedBy is what is added to the item of a payment; below zero it is taken away.
func ChangedBy(provider, id string, amount decimal.Decimal, asset string) Suspension {
	return Suspension{
		Key: key(provider, id) + "/" + asset, Provider: provider, Payment: id, Amount: ledger.Money{Amount: journal.FormatAmount(amount), Asset: asset},
	}
}

// Suspensions are what an event, which has been decoded, changes in suspense.
func Suspensions(e *journal.Event) (out []Suspension) {
	if body, ok := e.Body.(Suspending); ok {
		return body.Suspends()
	}
	for _, p := range e.Postings {
		provider, ok := strings.CutPrefix(p.Account, suspenseOf(""))
		if !ok || strings.Contains(provider, ":") {
			continue
		}
		amount := p.Amount
		if p.Side == journal.Debit {
			amount = amount.Neg()
		}
		out = append(out, ChangedBy(provider, paymentOf(e), amount, p.Asset))
	}
	return out
}

// paymentOf is the provider's id of the payment that an event is about.
func paymentOf(e *journal.Event) string {
	switch b := e.Body.(type) {
	case FundsMoved:
		return b.Payment
	case DisputeSettled:
		return b.Payment
	}
	if step, ok := RefundStepOf(e); ok {
		return step.Intent
	}
	id := e.Stream[strings.LastIndexByte(e.Stream, '/')+1:]
	return id
}

// suspended is what the writer knows of an item in suspense.
type suspended struct {
	// ID names the event that put something there first.
	ID       string       `json:"id"`
	Provider string       `json:"provider"`
	Payment  string       `json:"payment"`
	Amount   ledger.Money `json:"amount"`
}

func suspense() journal.Kind[suspended] { return journal.NewKind[suspended]("suspense") }

// CommandAssign is the type of the command whose data is an [Assign].
const CommandAssign = "assign-suspense"

// Assign gives what waits in suspense to a wallet. For finance. What is heard of the payment later is that wallet's too.
//
// Refusals: ErrSuspenseNotFound, ErrSuspenseEmpty, the wallet's ErrWalletNotFound, ErrWalletClosed, and the ledger's
// ErrInvalidField.
type Assign struct {
	As wallet.As `json:"as"`
	// SuspenseID names the item, and Key is its [Suspension.Key].
	SuspenseID string `json:"suspense_id"`
	Key        string `json:"key"`
	WalletID   string `json:"wallet_id"`
	Reason     string `json:"reason"`
}

// Validate reports what is wrong with the form of c.
func (c Assign) Validate() []ledger.FieldError {
	var f wallet.Form
	f.WalletID("/wallet_id", c.WalletID)
	if f.Text("/reason", c.Reason, ledger.MaxDescription); c.Reason == "" {
		f.Addf("/reason", "say why it is that wallet's")
	}
	return f.Errors()
}

func decideAssign(s *journal.Scope, c Assign) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	item, known := suspense().Get(s, c.Key)
	payee, found := wallet.Find(s, c.WalletID)
	switch {
	case !known || item.ID != c.SuspenseID:
		return ErrSuspenseNotFound
	case !found:
		return wallet.ErrWalletNotFound.At("/wallet_id")
	case !figure(item.Amount.Amount).IsPositive():
		return ErrSuspenseEmpty
	}
	if err := payee.Takes(); err != nil {
		return err
	}
	p := find(s, item.Provider, item.Payment)
	b := booking{
		scope: s, wallet: c.WalletID, item: c.SuspenseID, reason: c.Reason, by: c.As.Principal,
		fact: Fact{Provider: item.Provider, Payment: item.Payment, Asset: item.Amount.Asset},
	}
	left := figure(item.Amount.Amount)
	if p.Wallet == "" && p.Asset == item.Amount.Asset {
		// What was lost of it by disputes is taken from the wallet by the claim.
		whole := p.left(-left.Exponent())
		if b.part = p.Invoice != "" && !whole.Equal(left.Add(lostOf(s, item.Provider, p))); !b.part {
			left = whole
		}
	}
	b.assign(left)
	if p.Wallet == "" && !b.part {
		b.claim()
	}
	if b.err != nil {
		return b.err
	}
	follow(s, b.fact)
	return nil
}

// registerSuspense tells r what suspense decides, evolves and records.
func registerSuspense(r *journal.Registry) {
	journal.Decides(r, CommandAssign, decideAssign)
	journal.Holds(r, suspense())
	r.Evolves(func(s *journal.Scope, e *journal.Event) {
		if !TouchesSuspense(e) {
			return
		}
		if err := s.Registry().Decode(e); err != nil {
			// State that passed over a fact would be wrong for ever.
			panic(fmt.Sprintf("payment: evolve: %v", err))
		}
		for _, change := range Suspensions(e) {
			item, known := suspense().Get(s, change.Key)
			if !known {
				item = suspended{ID: SuspenseID(e), Provider: change.Provider, Payment: change.Payment, Amount: change.Amount}
			} else {
				item.Amount.Amount = add(item.Amount.Amount, change.Amount.Amount)
			}
			suspense().Put(s, change.Key, item)
		}
	})
}

// TouchesSuspense reports whether an event may change an item, without a look into it.
func TouchesSuspense(e *journal.Event) bool {
	for i := range e.Postings {
		if strings.HasPrefix(e.Postings[i].Account, suspenseOf("")) {
			return e.Ledger == ledger.Main && ledger.Owned(ledger.Main, e.Postings[i].Account)
		}
	}
	return false
}
