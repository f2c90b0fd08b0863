package wallet

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// HoldStatus says what became of a hold.
type HoldStatus string

// The states of a hold.
const (
	// HoldOpen: something remains.
	HoldOpen HoldStatus = "open"
	// HoldEndedCaptured: it ended with a capture, of all that was left or a final one.
	HoldEndedCaptured HoldStatus = "captured"
	// HoldEndedReleased: what remained was given back.
	HoldEndedReleased HoldStatus = "released"
	// HoldEndedExpired: what remained was given back because its time was over.
	HoldEndedExpired HoldStatus = "expired"
)

// HoldStatuses returns all of them.
func HoldStatuses() []HoldStatus {
	return []HoldStatus{HoldOpen, HoldEndedCaptured, HoldEndedReleased, HoldEndedExpired}
}

const holdPrefix = "hld"

// hold is what the writer knows of a hold. Its sums are texts at the asset's scale: as JSON numbers
// they would lose their zeros, and the events after a take-over would be written differently.
type hold struct {
	Wallet   string     `json:"wallet"`
	Asset    string     `json:"asset"`
	Amount   string     `json:"amount"`
	Captured string     `json:"captured"`
	Released string     `json:"released"`
	Status   HoldStatus `json:"status"`
	// ExpiresAt is when it expires; zero for never. Page is where the wallet knows of that; zero for its own row.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Page      int       `json:"page,omitempty"`
	Payee
}

func holds() journal.Kind[hold] { return journal.NewKind[hold]("hold") }

// HoldEnd is how a hold ended: the members of ErrHoldClosed. The member is not called status, which
// is the HTTP status in a problem (RFC 9457) and could not be told apart from it.
type HoldEnd struct {
	Status HoldStatus `json:"hold_status"`
}

// Remaining is what is left of a hold: the members of ErrCaptureTooLarge.
type Remaining struct {
	Remaining ledger.Money `json:"remaining"`
}

func decidePlaceHold(s *journal.Scope, c PlaceHold) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	payer, found := Find(s, c.WalletID)
	payeeErr := checkPayee(s, c.Payee)
	amount, amountErr := Amount(s, c.Amount)
	expires, expiryErr := c.expiry(s.Now())
	switch {
	case !found || !c.As.Owns(payer.Owner):
		return ErrWalletNotFound.At("/wallet_id")
	case payeeErr != nil:
		return payeeErr
	case amountErr != nil:
		return amountErr
	case expiryErr != nil:
		return expiryErr
	}
	if err := payer.Gives(); err != nil {
		return err
	}
	if err := ExpireDue(s, c.WalletID); err != nil {
		return err
	}
	if !expires.IsZero() && !hasRoom(s, c.WalletID) {
		return ErrTooManyExpiring.With(ExpiringLimit{Limit: MaxExpiring})
	}
	if err := payer.checkSpending(s, c.WalletID, c.Amount.Asset, amount, amount); err != nil {
		return err
	}
	_, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: Stream(c.WalletID), Type: TypeHoldPlaced, Schema: 2,
		Body: HoldPlaced{
			HoldID: s.NextID().Format(holdPrefix), WalletID: c.WalletID,
			Amount: ledger.Money{Amount: journal.FormatAmount(amount), Asset: c.Amount.Asset},
			Payee:  c.Payee, ExpiresAt: expires, Description: c.Description, Metadata: c.Metadata,
		},
		Postings: Move(amount, c.Amount.Asset, Account(c.WalletID, Available), Account(c.WalletID, Held)),
	}, Policy(s))
	return err
}

func decideCaptureHold(s *journal.Scope, c CaptureHold) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	h, err := findHold(s, c.As, c.HoldID)
	if err != nil {
		return err
	}
	payee, err := h.payeeOf(s, c.Payee)
	if err != nil {
		return err
	}
	amount, err := h.part(s, c.Amount)
	if err != nil {
		return err
	}
	if err := ExpireDue(s, h.Wallet); err != nil {
		return err
	}
	before := h.remaining()
	h.Captured = journal.FormatAmount(Figure(h.Captured).Add(amount))
	if c.Final || amount.Equal(before) {
		h.Status = HoldEndedCaptured
	}
	if _, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: Stream(h.Wallet), Type: TypeHoldCaptured, Schema: 1,
		Body: HoldCaptured{
			HoldID: c.HoldID, WalletID: h.Wallet, Amount: h.money(amount), Payee: payee, HoldFigures: h.figures(),
		},
		Postings: Move(amount, h.Asset, Account(h.Wallet, Held), payee.account()),
	}, Policy(s)); err != nil {
		return err
	}
	if h.Status == HoldEndedCaptured {
		return h.release(s, c.HoldID)
	}
	return nil
}

func decideIncreaseHold(s *journal.Scope, c IncreaseHold) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	h, payer, err := holdOfPayer(s, c.As, c.HoldID)
	if err != nil {
		return err
	}
	if c.Amount.Asset != h.Asset {
		return ledger.ErrInvalidField.At("/amount/asset").Because("want the hold's asset, %s", h.Asset)
	}
	amount, err := Amount(s, c.Amount)
	if err != nil {
		return err
	}
	if err := payer.Gives(); err != nil {
		return err
	}
	if err := ExpireDue(s, h.Wallet); err != nil {
		return err
	}
	whole := Figure(h.Amount).Add(amount)
	if err := payer.checkSpending(s, h.Wallet, h.Asset, amount, whole); err != nil {
		return err
	}
	h.Amount = journal.FormatAmount(whole)
	_, err = ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: Stream(h.Wallet), Type: TypeHoldIncreased, Schema: 1,
		Body: HoldIncreased{
			HoldID: c.HoldID, WalletID: h.Wallet, Amount: h.money(amount), Total: h.Amount, HoldFigures: h.figures(),
		},
		Postings: Move(amount, h.Asset, Account(h.Wallet, Available), Account(h.Wallet, Held)),
	}, Policy(s))
	return err
}

func decideReleaseHold(s *journal.Scope, c ReleaseHold) error {
	h, err := findHold(s, c.As, c.HoldID)
	if err != nil {
		return err
	}
	if err := ExpireDue(s, h.Wallet); err != nil {
		return err
	}
	h.Status = HoldEndedReleased
	return h.release(s, c.HoldID)
}

// release gives back what remains, if anything does. The status is that which the hold ends with.
func (h hold) release(s *journal.Scope, id string) error {
	rest := h.remaining()
	if rest.IsZero() {
		return nil
	}
	h.Released = journal.FormatAmount(Figure(h.Released).Add(rest))
	_, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: Stream(h.Wallet), Type: TypeHoldReleased, Schema: 1,
		Body:     HoldReleased{HoldID: id, WalletID: h.Wallet, Amount: h.money(rest), HoldFigures: h.figures()},
		Postings: Move(rest, h.Asset, Account(h.Wallet, Held), Account(h.Wallet, Available)),
	}, Policy(s))
	return err
}

// findAnyHold returns a hold. ok is false when there is none of that id, which may be any text.
func findAnyHold(s *journal.Scope, id string) (h hold, ok bool) {
	if _, err := journal.ParsePlaceID(holdPrefix, id); err != nil {
		return hold{}, false
	}
	return holds().Get(s, id)
}

// findHold returns an open hold on which the caller may act.
func findHold(s *journal.Scope, as As, id string) (hold, error) {
	h, found := findAnyHold(s, id)
	if !found {
		return hold{}, ErrHoldNotFound
	}
	payer, _ := Find(s, h.Wallet)
	payee, hasPayee := Find(s, h.ToWallet)
	switch {
	case as.Role == Service, hasPayee && payee.Owner == as.Principal:
	case payer.Owner == as.Principal:
		return hold{}, ErrForbiddenForPayer
	default:
		return hold{}, ErrHoldNotFound
	}
	return h, h.over(s.Now())
}

// holdOfPayer returns an open hold whose payer, or a service, asks.
func holdOfPayer(s *journal.Scope, as As, id string) (h hold, payer State, err error) {
	h, found := findAnyHold(s, id)
	if !found {
		return h, payer, ErrHoldNotFound
	}
	payer, _ = Find(s, h.Wallet)
	payee, hasPayee := Find(s, h.ToWallet)
	switch {
	case as.Owns(payer.Owner):
	case hasPayee && payee.Owner == as.Principal:
		return h, payer, ErrForbiddenForPayee
	default:
		return h, payer, ErrHoldNotFound
	}
	return h, payer, h.over(s.Now())
}

// payeeOf returns who is paid: the hold's payee, or the one that the capture names for it.
func (h hold) payeeOf(s *journal.Scope, named Payee) (Payee, error) {
	switch {
	case !h.named() && !named.named():
		return named, ledger.ErrInvalidField.At("/to_wallet").Because("the hold names no payee: want to_wallet or to_account")
	case !h.named() && named.ToWallet == h.Wallet:
		return named, ledger.ErrInvalidField.At("/to_wallet").Because("want another wallet than the one that pays")
	case !h.named():
		return named, checkPayee(s, named)
	case named.named() && named != h.Payee:
		return named, ledger.ErrInvalidField.At("/to_wallet").Because("the hold names another payee")
	}
	return h.Payee, nil
}

// part returns how much a capture takes.
func (h hold) part(s *journal.Scope, asked *ledger.Money) (decimal.Decimal, error) {
	rest := h.remaining()
	if asked == nil {
		return rest, nil
	}
	if asked.Asset != h.Asset {
		return rest, ledger.ErrInvalidField.At("/amount/asset").Because("want the hold's asset, %s", h.Asset)
	}
	amount, err := Amount(s, *asked)
	if err == nil && amount.GreaterThan(rest) {
		err = ErrCaptureTooLarge.At("/amount").Because("%s %s remain", journal.FormatAmount(rest), h.Asset).With(Remaining{h.money(rest)})
	}
	return amount, err
}
