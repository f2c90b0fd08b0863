package withdrawal

import (
	"slices"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

func decideCancel(s *journal.Scope, c Cancel) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	w, err := c.find(s)
	if err != nil {
		return err
	}
	from := []Status{StatusRequested}
	if c.As.Role == wallet.Service {
		from = append(from, StatusApproved)
	}
	if err := w.in(from...); err != nil {
		return err
	}
	w.Status, w.CanceledAt, w.Reason = StatusCanceled, timeOf(s), c.Reason
	body := Canceled{Step: w.step(c.WithdrawalID), ByOwner: c.As.Principal == w.Owner}
	return w.post(s, TypeCanceled, body, w.CanceledAt, w.account(wallet.Pending), w.account(wallet.Available))
}

func decideApprove(s *journal.Scope, c Approve) error {
	w, err := c.find(s)
	payer, _ := wallet.Find(s, w.Wallet)
	if err != nil {
		return err
	}
	if err := w.in(StatusRequested); err != nil {
		return err
	}
	if c.As.Principal == w.RequestedBy || c.As.Principal == w.Owner {
		return ErrSecondPerson
	}
	if err := payer.Gives(); err != nil {
		return err
	}
	w.Status, w.ApprovedBy, w.ApprovedAt = StatusApproved, c.As.Principal, timeOf(s)
	w.emit(s, TypeApproved, Approved{w.step(c.WithdrawalID)})
	return nil
}

func decideSend(s *journal.Scope, c Send) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	w, err := c.find(s)
	payer, _ := wallet.Find(s, w.Wallet)
	if err != nil {
		return err
	}
	if err := w.in(StatusApproved); err != nil {
		return err
	}
	if err := payer.Gives(); err != nil {
		return err
	}
	w.Status, w.SentAt, w.BankReference = StatusSent, timeOf(s), c.BankReference
	w.emit(s, TypeSent, Sent{w.step(c.WithdrawalID)})
	return nil
}

func decideSettle(s *journal.Scope, c Settle) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	w, err := c.find(s)
	if err != nil {
		return err
	}
	if err := w.in(StatusApproved, StatusSent); err != nil {
		return err
	}
	if w.SettledAt, err = happened(s, c.SettledAt, w.RequestedAt, "/settled_at"); err != nil {
		return err
	}
	w.Status = StatusSettled
	if c.BankReference != "" {
		w.BankReference = c.BankReference
	}
	return w.post(s, TypeSettled, Settled{w.step(c.WithdrawalID)}, w.SettledAt, w.account(wallet.Pending), Bank)
}

func decideFail(s *journal.Scope, c Fail) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	w, err := c.find(s)
	payer, _ := wallet.Find(s, w.Wallet)
	if err != nil {
		return err
	}
	if err := w.in(StatusApproved, StatusSent, StatusSettled); err != nil {
		return err
	}
	// What pays is where the money is; what gets it, the wallet. One with something pending is not closed.
	after, from, to := w.RequestedAt, w.account(wallet.Pending), w.account(wallet.Available)
	if w.Status == StatusSettled {
		w.Returned, after, from = true, w.SettledAt, Bank
	}
	if payer.Takes() != nil {
		to = Suspense
	}
	if w.FailedAt, err = happened(s, c.FailedAt, after, "/failed_at"); err != nil {
		return err
	}
	w.Status, w.Reason = StatusFailed, c.Reason
	return w.post(s, TypeFailed, Failed{w.step(c.WithdrawalID)}, w.FailedAt, from, to)
}

// find returns the withdrawal that a command is about. Its id may be any text.
func (o On) find(s *journal.Scope) (state, error) {
	if _, err := Place(o.WithdrawalID); err != nil {
		return state{}, ErrNotFound
	}
	w, found := withdrawals().Get(s, o.WithdrawalID)
	switch {
	case !found || !o.As.Owns(w.Owner):
		return state{}, ErrNotFound
	case o.IfVersion != nil && *o.IfVersion != w.Version:
		return w, ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: w.Version})
	}
	return w, nil
}

// in refuses unless the withdrawal is in one of the states.
func (w state) in(allowed ...Status) error {
	if slices.Contains(allowed, w.Status) {
		return nil
	}
	return ErrWrongStatus.Because("the withdrawal is %s", w.Status).With(Standing{Status: w.Status})
}

// happened is when something happened: at a time that was given, not before another, or now.
func happened(s *journal.Scope, given *time.Time, after time.Time, pointer string) (time.Time, error) {
	if given == nil {
		return timeOf(s), nil
	}
	at := given.UTC().Truncate(time.Microsecond) // as times are kept everywhere
	if at.Before(after) {
		return at, ledger.ErrInvalidField.At(pointer).Because("want a time from %s on", after.Format(time.RFC3339Nano))
	}
	if at.After(s.Now().Add(ledger.FutureTolerance)) {
		return at, ledger.ErrEffectiveInFuture.At(pointer).Because("it is %s now, and at most %s later is taken", s.Now().Format(time.RFC3339), ledger.FutureTolerance)
	}
	return at, nil
}

func timeOf(s *journal.Scope) time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (w state) account(part wallet.Part) string { return wallet.Account(w.Wallet, part) }

func (w state) step(id string) Step {
	return Step{WithdrawalID: id, WalletID: w.Wallet, Amount: w.Amount, Progress: w.Progress}
}

func (w state) emit(s *journal.Scope, eventType string, body any) {
	s.Emit(journal.Event{Ledger: ledger.Main, Stream: wallet.Stream(w.Wallet), Type: eventType, Schema: 1, Body: body})
}

// post books what has happened outside, or gives back: no floor and no freeze stops it.
func (w state) post(s *journal.Scope, eventType string, body any, at time.Time, debit, credit string) error {
	_, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: wallet.Stream(w.Wallet), Type: eventType, Schema: 1, Body: body, EffectiveAt: at,
		Postings: wallet.Move(wallet.Figure(w.Amount.Amount), w.Amount.Asset, debit, credit),
	}, ledger.Policy{Owner: "withdrawal", Force: true})
	return err
}
