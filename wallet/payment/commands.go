package payment

import (
	"crypto/sha256"
	"net/url"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
)

// The types of the commands of payments that are asked for. Data is the command's struct as JSON.
const (
	CommandCreate = "create-payment"
	CommandCancel = "cancel-payment"
	CommandRefund = "refund-payment"
	// What the provider answered: see [Cashier].
	CommandRecordOpened   = "record-payment-opened"
	CommandRecordCanceled = "record-payment-canceled"
	CommandRecordRefund   = "record-refund"
)

// Create asks for a payment into a wallet. The provider is chosen by the edge, and stays the payment's.
//
// Refusals: the wallet's ErrWalletNotFound, ErrWalletClosed, and the ledger's ErrInvalidField, ErrUnknownAsset,
// ErrAmountScale.
type Create struct {
	As       wallet.As `json:"as"`
	Provider string    `json:"provider"`
	WalletID string    `json:"wallet_id"`
	// Amount is greater than zero, with at most as many decimals as its asset.
	Amount ledger.Money `json:"amount"`
	Method Method       `json:"method"`
	// SuccessURL is needed for Checkout, and CancelURL taken; neither is for Intent.
	SuccessURL  string            `json:"success_url,omitempty"`
	CancelURL   string            `json:"cancel_url,omitempty"`
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// Validate reports what is wrong with the form of c.
func (c Create) Validate() []ledger.FieldError {
	var f wallet.Form
	f.WalletID("/wallet_id", c.WalletID)
	f.Amount(c.Amount)
	f.Text("/description", c.Description, ledger.MaxDescription)
	f.Metadata(c.Metadata)
	for _, u := range [...]struct{ pointer, text string }{{"/success_url", c.SuccessURL}, {"/cancel_url", c.CancelURL}} {
		switch {
		case u.text == "":
		case c.Method == Intent:
			f.Addf(u.pointer, "a payment_intent sends nobody anywhere")
		case !isPage(u.text):
			f.Addf(u.pointer, "want an absolute http or https URL of at most %d bytes", MaxURL)
		}
	}
	switch {
	case c.Method != Checkout && c.Method != Intent:
		f.Addf("/method", "want checkout or payment_intent")
	case c.Method == Checkout && c.SuccessURL == "":
		f.Addf("/success_url", "want the page that the payer comes back to")
	}
	return f.Errors()
}

// isPage reports whether a text is the address of a page.
func isPage(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= MaxURL && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// Cancel asks for a payment to be called off before it is paid.
//
// Refusals: ErrNotFound, ErrWrongStatus (with [OrderStanding]), and the ledger's ErrVersionMismatch.
type Cancel struct {
	As        wallet.As `json:"as"`
	PaymentID string    `json:"payment_id"`
	// IfVersion, if not nil, is the version that the payment must have.
	IfVersion *int64 `json:"if_version,omitempty"`
}

// Refund asks for money of a payment to be given back, by the provider, to who paid. For services and finance.
//
// Refusals: ErrNotFound, ErrWrongStatus (with [OrderStanding]), ErrRefundTooLarge (with [RefundLeft]), the wallet's
// ErrWalletFrozen, ErrWalletClosed, and the ledger's ErrInvalidField, ErrUnknownAsset, ErrAmountScale,
// ErrInsufficientFunds.
type Refund struct {
	As        wallet.As `json:"as"`
	PaymentID string    `json:"payment_id"`
	// Amount is in the payment's asset; nil for all that is left.
	Amount *ledger.Money `json:"amount,omitempty"`
	Reason string        `json:"reason,omitempty"`
}

// Validate reports what is wrong with the form of c.
func (c Refund) Validate() []ledger.FieldError {
	var f wallet.Form
	if c.Amount != nil {
		f.Amount(*c.Amount)
	}
	f.Text("/reason", c.Reason, ledger.MaxDescription)
	return f.Errors()
}

// RecordRefund tells what a provider answered to a refund that it was asked for.
//
// Refusals: ErrNotFound.
type RecordRefund struct {
	RefundID string `json:"refund_id"`
	RefundTold
}

// RecordOpened tells what a provider answered to a payment that it was asked to open.
//
// Refusals: ErrNotFound.
type RecordOpened struct {
	PaymentID string `json:"payment_id"`
	// Ref, Intent, Told and At are those of [Standing], unless it failed.
	Ref      string    `json:"ref,omitempty"`
	Intent   string    `json:"intent,omitempty"`
	Told     Status    `json:"told,omitempty"`
	At       time.Time `json:"at,omitzero"`
	Handover seal.Text `json:"handover,omitempty"`
	Failure  Failure   `json:"failure,omitzero"`
}

// RecordCanceled tells what a provider answered to a payment that it was asked to call off.
//
// Refusals: ErrNotFound.
type RecordCanceled struct {
	PaymentID string `json:"payment_id"`
	// Failure is why it is not called off; the zero Failure when it is.
	Failure Failure `json:"failure,omitzero"`
}

// cashierActor is who tells what providers answered.
const cashierActor = "florin:payments"

// AnswerID is the id of the command that tells what the provider answered to what an event asks of it.
func AnswerID(e *journal.Event) journal.CommandID {
	return journal.NewCommandID(cashierActor, e.ID().Format("evt"))
}

// answerTo returns the command that tells what the provider answered to an event. It is one command, however often
// the provider was asked.
func answerTo(e *journal.Event, commandType string, body any) (journal.Command, error) {
	data, err := journal.Marshal(body)
	if err != nil {
		return journal.Command{}, err
	}
	digest := sha256.Sum256([]byte(commandType + "\x00" + e.ID().Format("evt")))
	return journal.Command{
		ID: AnswerID(e), Type: commandType, Data: data, Hash: [16]byte(digest[:16]), Actor: cashierActor,
		Correlation: e.Command, Trace: e.Trace,
	}, nil
}
