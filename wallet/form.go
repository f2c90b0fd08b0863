package wallet

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// form collects what is wrong with a command. Pointers are into the body of its route.
type form []ledger.FieldError

func (f *form) add(pointer, detail string) {
	*f = append(*f, ledger.FieldError{Pointer: pointer, Detail: detail})
}

func (f *form) check(pointer string, err error) {
	if err != nil {
		f.add(pointer, err.Error())
	}
}

// text checks free text: U+0000 and what is not UTF-8 no database keeps.
func (f *form) text(pointer, text string, limit int) {
	switch {
	case len(text) > limit:
		f.add(pointer, fmt.Sprintf("want at most %d bytes", limit))
	case strings.IndexByte(text, 0) >= 0:
		f.add(pointer, "the character U+0000 cannot be kept")
	case !utf8.ValidString(text):
		f.add(pointer, "want UTF-8")
	}
}

func (f *form) metadata(m map[string]string) {
	if len(m) > ledger.MaxMetadata {
		f.add("/metadata", fmt.Sprintf("want at most %d keys", ledger.MaxMetadata))
		return
	}
	for _, key := range slices.Sorted(maps.Keys(m)) { // the same metadata has the same first error
		if key == "" {
			f.add("/metadata", "want keys that are not empty")
		}
		f.text("/metadata", key, ledger.MaxMetadataKey)
		f.text("/metadata", m[key], ledger.MaxMetadataValue)
	}
}

// walletID checks that a text looks like a wallet's id. Whether there is one is for the look-up.
func (f *form) walletID(pointer, id string) {
	if _, err := journal.ParseID(walletPrefix, id); err != nil {
		f.add(pointer, "want a wallet's id, wal_ and 26 characters")
	}
}

func (f *form) money(pointer string, m ledger.Money) {
	_, err := ledger.ParseAmount(m.Amount)
	f.check(pointer+"/amount", err)
	f.check(pointer+"/asset", ledger.CheckAssetCode(m.Asset))
}

func (f *form) payee(p Payee) {
	if p.ToWallet != "" {
		f.walletID("/to_wallet", p.ToWallet)
	}
	if p.ToAccount != "" {
		f.check("/to_account", ledger.CheckAddress(p.ToAccount))
	}
	if p.ToWallet != "" && p.ToAccount != "" {
		f.add("/to_account", "want to_wallet or to_account, not both")
	}
}

// Validate reports what is wrong with the form of c.
func (c OpenWallet) Validate() []ledger.FieldError {
	var f form
	if c.Owner == "" {
		f.add("/owner_id", "want the id of an owner")
	}
	f.text("/owner_id", c.Owner, MaxOwner)
	f.text("/name", c.Name, MaxName)
	f.metadata(c.Metadata)
	return f
}

// Validate reports what is wrong with the form of c.
func (c PlaceHold) Validate() []ledger.FieldError {
	var f form
	f.walletID("/wallet_id", c.WalletID)
	f.money("/amount", c.Amount)
	f.payee(c.Payee)
	if c.ToWallet != "" && c.ToWallet == c.WalletID {
		f.add("/to_wallet", "want another wallet than the one that pays")
	}
	f.text("/description", c.Description, ledger.MaxDescription)
	f.metadata(c.Metadata)
	return f
}

// Validate reports what is wrong with the form of c. A hold's id that is none is no error of form:
// it stands in the path, and there is no such hold.
func (c CaptureHold) Validate() []ledger.FieldError {
	var f form
	if c.Amount != nil {
		f.money("/amount", *c.Amount)
	}
	f.payee(c.Payee)
	return f
}

// malformed turns the first error of form into a refusal. The edge has looked at the form before;
// the decider looks again, because commands reach it by other ways too.
func malformed(errs []ledger.FieldError) error {
	if len(errs) == 0 {
		return nil
	}
	return ledger.ErrInvalidField.At(errs[0].Pointer).Because("%s", errs[0].Detail)
}
