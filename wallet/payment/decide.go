package payment

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/risk"
)

// decideFact books what a message says and is not booked yet. It refuses nothing: what the books cannot take is held,
// what they do not follow is ignored, and the result says why.
func decideFact(s *journal.Scope, engine *risk.Engine, f Fact) error {
	weigh := func(f Fact) (Result, error) { return weighRisk(s, engine, f) }
	result, err := weigh(f)
	if err != nil {
		return err
	}
	if err := settleHeld(s, weigh, f, result); err != nil {
		return err
	}
	s.Result(result)
	return nil
}

// weighRisk books what a message says, and after it what follows for a payment that rules or finance do not let through.
func weighRisk(s *journal.Scope, engine *risk.Engine, f Fact) (Result, error) {
	ours := f.Kind != Ignored && f.wellFormed() && !f.Invoiced
	if !ours {
		return weigh(s, f)
	}
	var result Result
	err := makeWay(s, f, func() (err error) {
		result, err = weigh(s, f)
		return err
	})
	if err != nil {
		return result, err
	}
	said, err := judgeCard(s, engine, f)
	if said && result.Result == Passed {
		result = Result{Deferred, NothingMoved}
	}
	return result, err
}

func weigh(s *journal.Scope, f Fact) (Result, error) {
	switch {
	case f.Kind == Ignored:
		return Result{Passed, f.Reason}, nil
	case f.Kind == Paid && f.Payment == "":
		return Result{Passed, NoPayment}, nil
	case !f.wellFormed():
		return Result{Passed, InvalidFact}, nil
	case f.Kind == Told:
		return weighTold(s, f)
	case f.Kind == Refunding:
		return weighRefund(s, f)
	case f.Kind == Disputed:
		result, err := weighDispute(s, f)
		if err == nil {
			follow(s, f)
		}
		return result, err
	case f.Kind == PaidOut:
		return weighPayout(s, f)
	case f.Kind == Balanced:
		return weighSettlement(s, f)
	}
	return weighPayment(s, f)
}

func weighPayment(s *journal.Scope, f Fact) (Result, error) {
	if f.Invoiced {
		return Result{Passed, Invoice}, nil
	}
	before := find(s, f.Provider, f.Payment)
	if before.Invoice != "" { // what goes back of it waits in suspense for the invoice to say so
		f.Wallet, f.Order = "", ""
	}
	if _, o, ours := asked(s, f); ours {
		f.Wallet = o.Wallet // what we have written down weighs more than metadata
	}
	w, known := wallet.Find(s, f.Wallet)
	known = known && w.Status != wallet.StatusClosed
	scale, registered := ledger.AssetScale(s, f.Asset)
	switch {
	case !registered:
		return HeldBy(ledger.ErrUnknownAsset), nil
	case before.Asset != "" && before.Asset != f.Asset:
		return Result{Passed, AssetMismatch}, nil
	}
	b := booking{scope: s, fact: f, wallet: before.Wallet}
	received, ok := growth(f.Received, before.Received, scale)
	refunded, ok2 := growth(f.Refunded, before.accounted(f.OccurredAt), scale)
	if !ok || !ok2 {
		return HeldBy(ledger.ErrAmountScale), nil
	}
	// All of it or nothing: a rule of the ledger's that says no half-way leaves no half.
	err := s.Try(func() error {
		if before.Wallet == "" && known {
			b.wallet = f.Wallet
			if before.Asset != "" || received.IsZero() {
				b.assign(before.left(scale))
			}
		}
		b.receive(received)
		b.collect()
		b.claim()
		// What was given back refund by refund before anything was received.
		b.refund(decimal.Max(refunded, find(s, f.Provider, f.Payment).due(scale)))
		return b.err
	})
	if refusal := journal.AsRefusal(err); refusal != nil {
		return HeldBy(refusal), nil
	}
	if err == nil && follow(s, f) && !b.booked {
		return Result{Deferred, NothingMoved}, nil
	}
	return b.result(), err
}

// HeldBy is the result of a fact that is kept, for finance to see, because a rule of the books does not take it.
func HeldBy(r *journal.Refusal) Result { return Result{Held, Reason(r.Code)} }

// growth returns how much more a message says than is booked, at the asset's scale; zero when it
// says no more. ok is false when it has decimals that the asset has not.
func growth(now, booked string, scale int32) (_ decimal.Decimal, ok bool) {
	d := figureOr(now)
	if !d.Equal(d.Truncate(scale)) {
		return d, false
	}
	return decimal.Max(d.Round(scale).Sub(figureOr(booked)), decimal.Zero), true
}

// booking makes the events of one fact.
type booking struct {
	scope  *journal.Scope
	fact   Fact
	wallet string
	booked bool // money moved
	noted  bool // a wallet was noted, and no money moved for it
	err    error
	// item is what waited and is given to the wallet by hand, reason and by are why and by whom.
	item, reason, by string
	// part says that the rest of the payment is a membership's.
	part bool
}

func (b *booking) result() Result {
	switch {
	case b.booked && b.wallet != "":
		return Result{Result: Booked}
	case b.booked:
		return Result{Suspended, b.unknown()}
	case b.noted:
		return Result{Result: Deferred}
	case figureOr(b.fact.Received).IsZero() && figureOr(b.fact.Refunded).IsZero():
		return Result{Passed, Unpaid}
	}
	return Result{Passed, AlreadyBooked}
}

// unknown is why the wallet is not known.
func (b *booking) unknown() Reason {
	_, there := wallet.Find(b.scope, b.fact.Wallet)
	switch {
	case b.fact.Wallet == "":
		return WalletUnnamed
	case there:
		return WalletClosed
	}
	return WalletUnknown
}

func (f Fact) source() Source { return Source{EventID: f.EventID, Raw: f.Raw} }

func (b *booking) money(d decimal.Decimal) ledger.Money {
	return ledger.Money{Amount: journal.FormatAmount(d), Asset: b.fact.Asset}
}

// holder is the account that owes the money to whoever paid.
func (b *booking) holder() string {
	if b.wallet == "" {
		return suspenseOf(b.fact.Provider)
	}
	return wallet.Account(b.wallet, wallet.Available)
}

// assign gives what waits in suspense to the wallet that is known now. When nothing waits the wallet
// is noted all the same, for what is still to come: the message that tells of the money need not
// name it again.
func (b *booking) assign(left decimal.Decimal) {
	body := Assigned{
		Provider: b.fact.Provider, Payment: b.fact.Payment, Amount: b.money(left), WalletID: b.wallet, SuspenseID: b.item, Reason: b.reason, AssignedBy: b.by,
		Part: b.part, Source: b.fact.source(),
	}
	if left.IsPositive() {
		b.post(TypeAssigned, body, left, suspenseOf(b.fact.Provider), b.holder())
		return
	}
	b.scope.Emit(b.event(TypeAssigned, body))
	b.noted = true
}

func (b *booking) receive(amount decimal.Decimal) {
	body := Received{Provider: b.fact.Provider, Payment: b.fact.Payment, Amount: b.money(amount), WalletID: b.wallet, Source: b.fact.source()}
	if b.wallet == "" {
		body.Reason, body.Named = b.unknown(), named(b.fact.Wallet)
	}
	b.post(TypeReceived, body, amount, clearingOf(b.fact.Provider), b.holder())
}

// collect takes what was received out of what was only counted.
func (b *booking) collect() {
	if b.err == nil {
		_, b.err = level(b.scope, b.fact)
	}
}

func (b *booking) refund(amount decimal.Decimal) {
	if b.err == nil && b.wallet != "" && amount.IsPositive() {
		// What has come back to the wallet meanwhile keeps it from being overdrawn.
		b.err = wallet.ExpireDue(b.scope, b.wallet)
	}
	e := b.post(TypeRefunded, Refunded{
		Provider: b.fact.Provider, Payment: b.fact.Payment, Amount: b.money(amount), WalletID: b.wallet, Source: b.fact.source(),
	}, amount, b.holder(), clearingOf(b.fact.Provider))
	freezeOverdrawn(b.scope, e, b.wallet, "overdrawn by a refund that was made at the provider")
}

// claim moves what of the payment is disputed, now that its wallet is known.
func (b *booking) claim() {
	if b.err == nil && b.wallet != "" {
		var moved bool
		moved, b.err = claimDisputes(b.scope, b.fact, b.wallet)
		b.booked = b.booked || moved
	}
}

// freezeOverdrawn stops what goes out of a wallet that an event has overdrawn.
func freezeOverdrawn(s *journal.Scope, e *journal.Event, walletID, reason string) {
	if e == nil || walletID == "" {
		return
	}
	for _, p := range e.Postings {
		if p.Account == wallet.Account(walletID, wallet.Available) && p.Balance.IsNegative() {
			wallet.Freeze(s, walletID, reason)
			return
		}
	}
}

// post makes an event of two postings, unless the amount is zero or something went wrong before.
func (b *booking) post(eventType string, body any, amount decimal.Decimal, debit, credit string) *journal.Event {
	if b.err != nil || !amount.IsPositive() {
		return nil
	}
	e := b.event(eventType, body)
	e.Postings = wallet.Move(amount, b.fact.Asset, debit, credit)
	fact, err := post(b.scope, e)
	b.err, b.booked = err, b.booked || err == nil
	return fact
}

func (b *booking) event(eventType string, body any) journal.Event {
	return b.fact.event(b.scope, "payment", b.fact.Payment, eventType, body)
}

// event is an event about a thing of the provider's: a payment, a dispute or a payout, with its id.
func (f Fact) event(s *journal.Scope, thing, id, eventType string, body any) journal.Event {
	return journal.Event{
		Ledger: ledger.Main, Stream: thing + "/" + key(f.Provider, id), Type: eventType, Schema: schemaOf(eventType),
		Body: body, EffectiveAt: effective(f.OccurredAt, s.Now()),
	}
}

// schemaOf is the schema in which events of a type are written.
func schemaOf(eventType string) int {
	switch eventType {
	case TypeReceived, TypeAssigned, TypeDisputeUpdated:
		return 2
	}
	return 1
}

// named is a wallet as a payer's side named it, in characters that every database takes.
func named(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text[:min(len(text), maxNamed)], ""), "\x00", "")
}

// post makes an event of what has happened outside: no floor and no freeze stops it.
func post(s *journal.Scope, e journal.Event) (*journal.Event, error) {
	return ledger.Post(s, e, ledger.Policy{Owner: "payment", Force: true})
}

// effective is when a fact counts: when it happened, unless a clock is off.
func effective(occurred, now time.Time) time.Time {
	if occurred.Year() < ledger.EarliestYear || occurred.After(now) {
		return now
	}
	return occurred
}
