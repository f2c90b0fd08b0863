package payment

import "github.com/florinledger/florin/ledger"

// wellFormed reports whether a fact that tells of money can be looked up: its names become keys of
// decision state and parts of events, so they have to be of the forms that the provider uses.
// Whatever is not is ignored, since nothing of ours could have made it.
func wellFormed(f Fact) bool {
	return f.Provider == Stripe && validID(f.EventID) && validID(f.Payment) &&
		ledger.CheckAssetCode(f.Asset) == nil && validSum(f.Received) && validSum(f.Refunded)
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
