package stripepay

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/florinledger/florin/wallet/risk"
)

// card is what a charge shows of the card that it was paid with.
type card struct {
	Fingerprint string `json:"fingerprint"`
	Country     string `json:"country"`
	Brand       string `json:"brand"`
	Funding     string `json:"funding"`
}

// seen is the card in words of ours; nil for one that cannot be told apart. Of Stripe's fingerprint, which is the same for
// one card whoever pays with it, a digest is kept. Nothing of a number ever comes here.
//
// Source: https://docs.stripe.com/api/charges/object#charge_object-payment_method_details-card.
func (c *card) seen() *risk.Card {
	if c == nil || c.Fingerprint == "" {
		return nil
	}
	digest := sha256.Sum256([]byte("stripe card\x00" + c.Fingerprint))
	return &risk.Card{ID: hex.EncodeToString(digest[:16]), Country: excerpt(c.Country), Brand: excerpt(c.Brand), Funding: excerpt(c.Funding)}
}
