package payment

import (
	"slices"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/risk"
)

// decideCreate asks the rules before anybody else. One that they refuse is written down all the same: with its reasons, and
// so that it counts.
func decideCreate(s *journal.Scope, engine *risk.Engine, c Create) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	payee, found := wallet.Find(s, c.WalletID)
	amount, amountErr := wallet.Amount(s, c.Amount)
	switch {
	case !found || !c.As.Owns(payee.Owner):
		return wallet.ErrWalletNotFound.At("/wallet_id")
	case amountErr != nil:
		return amountErr
	}
	if err := payee.Takes(); err != nil {
		return err
	}
	sum := ledger.Money{Amount: journal.FormatAmount(amount), Asset: c.Amount.Asset}
	assessment := engine.Judge(s, risk.Ask{
		Owner: payee.Owner, Wallet: c.WalletID, Amount: sum, Method: string(c.Method), Provider: c.Provider, AskedBy: c.As.Principal,
	})
	id := s.NextID().Format(prefix)
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: stream(id), Type: TypeCreated, Schema: createdSchema,
		Body: Created{
			PaymentID: id, Provider: c.Provider, WalletID: c.WalletID, Owner: payee.Owner, Amount: sum, Method: c.Method,
			SuccessURL: c.SuccessURL, CancelURL: c.CancelURL, Description: c.Description, CreatedBy: c.As.Principal, Metadata: c.Metadata,
			Assessment: &assessment,
		},
	})
	return nil
}

// decideRecordOpened notes what the provider answered. Messages may have been faster, and know more.
func decideRecordOpened(s *journal.Scope, c RecordOpened) error {
	o, found := findOrder(s, c.PaymentID)
	if !found {
		return ErrNotFound
	}
	if c.Failure.Code != "" {
		o.tell(StatusFailed, s.Now().UTC().Truncate(time.Second), c.Failure) // as providers tell time
		o.emit(s, TypeNotOpened, NotOpened{o.step(c.PaymentID)})
		return nil
	}
	o.ProviderRef = c.Ref
	if o.Intent == "" {
		o.Intent = c.Intent
	}
	o.tell(c.Told, c.At, Failure{})
	o.emit(s, TypeOpened, Opened{o.step(c.PaymentID), c.Handover})
	return nil
}

func decideCancel(s *journal.Scope, c Cancel) error {
	o, found := findOrder(s, c.PaymentID)
	switch {
	case !found || !c.As.Owns(o.Owner):
		return ErrNotFound
	case c.IfVersion != nil && *c.IfVersion != o.Version:
		return ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: o.Version})
	case o.ProviderRef == "":
		return ErrWrongStatus.Because("the provider has not opened it").With(OrderStanding{o.Status})
	case !slices.Contains([]Status{StatusCreated, StatusRequiresAction, StatusProcessing, StatusFailed}, o.Status):
		return ErrWrongStatus.Because("the payment is %s", o.Status).With(OrderStanding{o.Status})
	}
	o.emit(s, TypeCancelRequested, CancelRequested{o.step(c.PaymentID), c.As.Principal})
	return nil
}

// decideRecordCanceled notes what the provider answered. What it has called off is paid no more, whatever it had
// said before.
func decideRecordCanceled(s *journal.Scope, c RecordCanceled) error {
	o, found := findOrder(s, c.PaymentID)
	if !found {
		return ErrNotFound
	}
	if c.Failure.Code != "" {
		o.emit(s, TypeNotCanceled, NotCanceled{o.step(c.PaymentID), c.Failure})
		return nil
	}
	if now := s.Now().UTC().Truncate(time.Second); o.Told != StatusCanceled {
		o.Told, o.ToldAt, o.Failure = StatusCanceled, now, Failure{}
	}
	o.emit(s, TypeCanceled, Canceled{o.step(c.PaymentID)})
	return nil
}

func stream(id string) string { return "payment/" + id }

// step is how o stands, with the status that follows.
func (o order) step(id string) Step {
	return Step{PaymentID: id, Provider: o.Provider, WalletID: o.Wallet, Progress: o.judged()}
}

func (o order) emit(s *journal.Scope, eventType string, body any) {
	id, _ := IDOf(&journal.Event{Body: body})
	s.Emit(journal.Event{Ledger: ledger.Main, Stream: stream(id), Type: eventType, Schema: stepSchema, Body: body})
}
