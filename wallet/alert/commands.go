package alert

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// The types of the commands of alerts. Data is the command's struct as JSON.
const (
	CommandCreateAlert = "create-alert"
	CommandDeleteAlert = "delete-alert"
	CommandFireAlerts  = "fire-alerts"
)

// CreateAlert sets an alert on a wallet. Its event's body has the alert's id.
//
// Refusals: ErrTooManyAlerts (with [Limit]), the wallet's ErrWalletNotFound, ErrWalletClosed, and the ledger's
// ErrInvalidField, ErrUnknownAsset, ErrAmountScale.
type CreateAlert struct {
	As       wallet.As `json:"as"`
	WalletID string    `json:"wallet_id"`
	Asset    string    `json:"asset"`
	// Bound may have fewer decimals than the asset.
	Bound
}

// Validate reports what is wrong with the form of c. Pointers are into the body of its route.
func (c CreateAlert) Validate() []ledger.FieldError {
	var f wallet.Form
	f.WalletID("/wallet_id", c.WalletID)
	f.Check("/asset", ledger.CheckAssetCode(c.Asset))
	if (c.Below == "") == (c.Above == "") {
		f.Addf("", "want exactly one of below and above")
		return f.Errors()
	}
	pointer, text := c.mark()
	_, err := ledger.ParseSigned(text)
	f.Check(pointer, err)
	return f.Errors()
}

// mark returns the mark that is set, and where it stands.
func (b Bound) mark() (pointer, text string) {
	if b.Below != "" {
		return "/below", b.Below
	}
	return "/above", b.Above
}

// DeleteAlert ends an alert. It fires no more.
//
// Refusals: ErrAlertNotFound.
type DeleteAlert struct {
	As      wallet.As `json:"as"`
	AlertID string    `json:"alert_id"`
}

// FireAlerts has the alerts fire that a transaction crossed, if they have not yet. Florin asks for it.
//
// Refusals: the ledger's ErrTransactionNotFound.
type FireAlerts struct {
	TransactionID string `json:"transaction_id"`
}

func decideCreate(s *journal.Scope, c CreateAlert) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	w, found := wallet.Find(s, c.WalletID)
	list, _ := Standings().Get(s, c.WalletID)
	bound, boundErr := c.Bound.at(s, c.Asset)
	switch {
	case !found || !c.As.Owns(w.Owner):
		return wallet.ErrWalletNotFound.At("/wallet_id")
	case boundErr != nil:
		return boundErr
	case w.Status == wallet.StatusClosed:
		return wallet.ErrWalletClosed.At("/wallet_id")
	case len(list) >= MaxAlerts:
		return ErrTooManyAlerts.With(Limit{Limit: MaxAlerts})
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: wallet.Stream(c.WalletID), Type: TypeCreated, Schema: 1,
		Body: Created{AlertID: s.NextID().Format(alertPrefix), WalletID: c.WalletID, Asset: c.Asset, Bound: bound},
	})
	return nil
}

// at is the mark with the decimals of its asset.
func (b Bound) at(s *journal.Scope, asset string) (Bound, error) {
	scale, known := ledger.AssetScale(s, asset)
	pointer, text := b.mark()
	mark, err := ledger.ParseSigned(text)
	switch {
	case err != nil:
		return b, ledger.ErrInvalidField.At(pointer).Because("%s", err.Error())
	case !known:
		return b, ledger.ErrUnknownAsset.At("/asset").Because("%s is not registered", asset)
	case mark.Exponent() < -scale:
		return b, ledger.ErrAmountScale.At(pointer).Because("%s has %d decimals", asset, scale)
	}
	text = journal.FormatAmount(mark.Round(scale))
	if b.Below != "" {
		return Bound{Below: text}, nil
	}
	return Bound{Above: text}, nil
}

func decideDelete(s *journal.Scope, c DeleteAlert) error {
	created, found := find(s, c.AlertID)
	if !found {
		return ErrAlertNotFound
	}
	w, found := wallet.Find(s, created.WalletID)
	list, _ := Standings().Get(s, created.WalletID)
	if !found || !c.As.Owns(w.Owner) || len(without(list, c.AlertID)) == len(list) {
		return ErrAlertNotFound
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: wallet.Stream(created.WalletID), Type: TypeDeleted, Schema: 1,
		Body: Deleted{AlertID: c.AlertID, WalletID: created.WalletID},
	})
	return nil
}

// find returns how an alert was made. Its id, which may be any text, names the place in the journal, so
// no index is needed.
func find(s *journal.Scope, id string) (c Created, ok bool) {
	place, err := journal.ParsePlaceID(alertPrefix, id)
	if err != nil {
		return c, false
	}
	e, ok := s.Event(place.Position())
	if !ok || !place.Names(e) {
		return c, false
	}
	c, ok = e.Body.(Created)
	return c, ok
}
