package payment

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/risk"
)

// wellFormed reports whether a fact that tells of money can be looked up: its names become keys of
// decision state and parts of events, so they have to be of the forms that the provider uses.
// Whatever is not is ignored, since nothing of ours could have made it.
func (f Fact) wellFormed() bool {
	if f.Provider != Stripe && f.Provider != Simulated || !validID(f.EventID) {
		return false
	}
	switch f.Kind {
	case Paid:
		return validID(f.Payment) && ledger.CheckAssetCode(f.Asset) == nil && validSum(f.Received) && validSum(f.Refunded)
	case Told:
		return (f.Payment == "" || validID(f.Payment)) && (f.Asset == "" || ledger.CheckAssetCode(f.Asset) == nil)
	case Refunding:
		return validID(f.Payment) && f.Refund != nil && f.Refund.wellFormed()
	case Disputed:
		return f.Provider == Stripe && validID(f.Payment) && f.Dispute != nil && f.Dispute.wellFormed()
	case PaidOut:
		return f.Provider == Stripe && f.Payout != nil && f.Payout.wellFormed()
	case Balanced:
		return f.Provider == Stripe && f.Settlement != nil && f.Settlement.wellFormed(f)
	}
	return false
}

func (r *RefundFact) wellFormed() bool {
	return validID(r.Ref) && validMoney(r.Amount) && validSum(r.Amount.Amount)
}

func (d *DisputeFact) wellFormed() bool {
	ok := validID(d.ID) && validMoney(d.Amount) && validSum(d.Amount.Amount) && validID(string(d.Status)) &&
		len(d.Reason) <= MaxID && len(d.Movements) <= MaxMovements
	for _, m := range d.Movements {
		ok = ok && m.wellFormed()
	}
	return ok
}

func (m Movement) wellFormed() bool {
	return validID(m.ID) && validMoney(ledger.Money{Amount: m.Amount, Asset: m.Asset}) && validMoney(ledger.Money{Amount: m.Fee, Asset: m.Asset})
}

func (p *PayoutFact) wellFormed() bool {
	return validID(p.ID) && validMoney(p.Amount) && p.Stage.rank() > 0
}

// validMoney reports whether m is an amount, of either sign, of something that could be an asset.
func validMoney(m ledger.Money) bool {
	_, err := ledger.ParseSigned(m.Amount)
	return err == nil && ledger.CheckAssetCode(m.Asset) == nil
}

// validCard reports whether a card can be looked up. One that cannot is not looked at; its money is booked all the same.
func validCard(c *risk.Card) bool {
	return validID(c.ID) && len(c.Country) <= MaxID && len(c.Brand) <= MaxID && len(c.Funding) <= MaxID
}

// validID reports whether id looks like a provider's: letters, digits, "_", "-" and ".".
func validID(id string) bool {
	for i := 0; i < len(id); i++ {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.':
		default:
			return false
		}
	}
	return id != "" && len(id) <= MaxID
}

// validSum reports whether text is empty, or a sum that is not negative.
func validSum(text string) bool {
	if text == "" {
		return true
	}
	d, err := ledger.ParseSigned(text)
	return err == nil && !d.IsNegative()
}
