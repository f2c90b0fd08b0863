package payment

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// weighDispute books what of a dispute is not booked yet.
func weighDispute(s *journal.Scope, f Fact) (Result, error) {
	d, known := disputes().Get(s, key(f.Provider, f.Dispute.ID))
	p := find(s, f.Provider, f.Payment)
	amount, amountErr := exact(s, f.Dispute.Amount)
	switch {
	case amountErr != nil:
		return HeldBy(journal.AsRefusal(amountErr)), nil
	case known && (d.Payment != f.Payment || d.Amount.Asset != f.Dispute.Amount.Asset):
		return Result{Passed, AssetMismatch}, nil
	case !known:
		d = dispute{
			Payment: f.Payment, Amount: ledger.Money{Amount: journal.FormatAmount(amount), Asset: f.Dispute.Amount.Asset}, Wallet: p.Wallet,
		}
	}
	c := contest{scope: s, fact: f, id: f.Dispute.ID, dispute: d}
	err := s.Try(func() error {
		if err := c.note(); err != nil {
			return err
		}
		for _, m := range f.Dispute.Movements {
			if err := c.move(m); err != nil {
				return err
			}
		}
		return c.settle()
	})
	switch refusal := journal.AsRefusal(err); {
	case refusal != nil:
		return HeldBy(refusal), nil
	case err != nil:
		return Result{}, err
	case c.booked && c.dispute.Wallet == "":
		return Result{Suspended, WalletUnnamed}, nil
	case c.booked:
		return Result{Result: Booked}, nil
	case c.noted:
		return Result{Deferred, NothingMoved}, nil
	}
	return Result{Passed, AlreadyBooked}, nil
}

// contest makes the events of one fact about a dispute.
type contest struct {
	scope   *journal.Scope
	fact    Fact
	id      string
	dispute dispute
	booked  bool // money moved
	noted   bool // the dispute stands otherwise than before
}

func (c *contest) about() About {
	return About{
		Provider: c.fact.Provider, Dispute: c.id, Payment: c.dispute.Payment, WalletID: c.dispute.Wallet, Source: c.fact.source(),
	}
}

// note records how the dispute stands, if the message is newer than what is known, also if it says the same: what comes
// later and was said in between is older then. Of two messages of the same second the one that is further on counts.
func (c *contest) note() error {
	told := c.fact.Dispute.Status
	at := c.fact.OccurredAt
	older := at.Before(c.dispute.At) || at.Equal(c.dispute.At) && told.rank() <= c.dispute.Status.rank()
	if c.dispute.Status != "" && older {
		return nil
	}
	c.dispute.Status, c.dispute.At, c.noted = told, at, true
	c.scope.Emit(c.fact.event(c.scope, "dispute", c.id, TypeDisputeUpdated, DisputeUpdated{
		About: c.about(), Amount: c.dispute.Amount, Status: told, Reason: c.fact.Dispute.Reason, At: at, DueBy: c.fact.Dispute.DueBy,
	}))
	return nil
}

// move books a balance transaction, once.
func (c *contest) move(m Movement) error {
	if c.dispute.has(m.ID) {
		return nil
	}
	amount, err := exact(c.scope, ledger.Money{Amount: m.Amount, Asset: m.Asset})
	if err != nil {
		return err
	}
	fee, err := exact(c.scope, ledger.Money{Amount: m.Fee, Asset: m.Asset})
	if err != nil {
		return err
	}
	m.Amount, m.Fee = journal.FormatAmount(amount), journal.FormatAmount(fee)
	var postings legs
	eventType := TypeFundsReinstated
	if amount.IsNegative() {
		eventType, postings = TypeFundsWithdrawn, c.withdraw(amount.Neg(), fee, m.Asset)
	} else {
		postings = c.reinstate(amount, fee, m.Asset)
	}
	return c.post(eventType, FundsMoved{About: c.about(), Movement: m, DisputeFigures: c.dispute.DisputeFigures}, postings)
}

// withdraw is what the provider took, and from the wallet what it took it for.
func (c *contest) withdraw(amount, fee decimal.Decimal, asset string) (l legs) {
	l.add(DisputedFunds, amount, asset)
	l.add(DisputeFees, fee, asset)
	l.add(Clearing, amount.Add(fee).Neg(), asset)
	c.dispute.take(amount, asset)
	if c.dispute.Wallet != "" {
		c.hold(&l, c.dispute.claims(amount, asset))
	}
	return l
}

// reinstate is what the provider gave back. What it gives back of a dispute that was lost is the wallet's
// again.
func (c *contest) reinstate(amount, fee decimal.Decimal, asset string) (l legs) {
	taken := c.dispute.taken(asset)
	back := decimal.Min(amount, taken)
	l.add(Clearing, amount.Sub(fee), asset)
	l.add(DisputeFees, fee, asset)
	l.add(DisputedFunds, back.Neg(), asset)
	l.add(c.dispute.holder(asset), back.Sub(amount), asset)
	if c.dispute.Wallet != "" {
		c.hold(&l, share(c.dispute.held(), back, taken).Neg())
	} else {
		c.dispute.recover(amount.Sub(back), asset)
	}
	c.dispute.take(back.Neg(), asset)
	return l
}

// hold sets money of the wallet aside for the dispute; below zero it gives it back.
func (c *contest) hold(l *legs, amount decimal.Decimal) {
	asset := c.dispute.Amount.Asset
	l.add(wallet.Account(c.dispute.Wallet, wallet.Available), amount, asset)
	l.add(wallet.Account(c.dispute.Wallet, wallet.Disputed), amount.Neg(), asset)
	c.dispute.Held = journal.FormatAmount(c.dispute.held().Add(amount))
}

// settle books a dispute that is lost: what was taken does not come back. It is the wallet's loss, or while
// that is not known, of whoever it will turn out to be.
func (c *contest) settle() error {
	out := c.dispute.Taken
	if c.dispute.Status != DisputeLost || figureOr(out.Amount).IsZero() {
		return nil
	}
	amount := figure(out.Amount)
	var l legs
	if held := c.dispute.held(); held.IsPositive() {
		l.add(wallet.Account(c.dispute.Wallet, wallet.Disputed), held, c.dispute.Amount.Asset)
		l.convert(held, c.dispute.Amount.Asset, amount, out.Asset)
		c.dispute.Held = journal.FormatAmount(held.Sub(held))
	} else {
		l.add(Suspense, amount, out.Asset)
		c.dispute.Suspended = out
	}
	l.add(DisputedFunds, amount.Neg(), out.Asset)
	c.dispute.take(amount.Neg(), out.Asset)
	return c.post(TypeDisputeLost, DisputeSettled{About: c.about(), Amount: out, DisputeFigures: c.dispute.DisputeFigures}, l)
}

// claim has the wallet stand for what was disputed before it was known.
func (c *contest) claim(walletID string) error {
	c.dispute.Wallet = walletID
	asset := c.dispute.Amount.Asset
	var l legs
	amount := c.dispute.claims(c.dispute.taken(c.dispute.Taken.Asset), c.dispute.Taken.Asset)
	if lost := c.dispute.Suspended; lost.Asset != "" {
		gone := figure(lost.Amount)
		amount = c.dispute.claims(gone, lost.Asset)
		l.add(wallet.Account(walletID, wallet.Available), amount, asset)
		l.convert(amount, asset, gone, lost.Asset)
		l.add(Suspense, gone.Neg(), lost.Asset)
		c.dispute.Suspended = ledger.Money{}
	} else {
		c.hold(&l, amount)
	}
	body := DisputeSettled{
		About: c.about(), Amount: ledger.Money{Amount: journal.FormatAmount(amount), Asset: asset}, DisputeFigures: c.dispute.DisputeFigures,
	}
	return c.post(TypeDisputeClaimed, body, l)
}

// claimDisputes has the wallet of a payment stand for what is disputed of it.
func claimDisputes(s *journal.Scope, f Fact, walletID string) (moved bool, err error) {
	for _, id := range find(s, f.Provider, f.Payment).Disputes {
		d, known := disputes().Get(s, key(f.Provider, id))
		if !known || d.Wallet != "" {
			continue
		}
		c := contest{scope: s, fact: f, id: id, dispute: d}
		if err := c.claim(walletID); err != nil {
			return moved, err
		}
		moved = moved || c.booked
	}
	return moved, nil
}

// post makes an event of the dispute, and freezes a wallet that has not got what it stands for.
func (c *contest) post(eventType string, body any, l legs) error {
	e := c.fact.event(c.scope, "dispute", c.id, eventType, body)
	if len(l) == 0 {
		c.scope.Emit(e)
		return nil
	}
	if c.dispute.Wallet != "" {
		if err := wallet.ExpireDue(c.scope, c.dispute.Wallet); err != nil {
			return err
		}
	}
	e.Postings = l
	posted, err := post(c.scope, e)
	if err != nil {
		return err
	}
	c.booked = true
	freezeOverdrawn(c.scope, posted, c.dispute.Wallet, "overdrawn by a dispute")
	return nil
}
