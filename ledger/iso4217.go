package ledger

import (
	"sort"
	"strings"
)

// iso4217 is list one of ISO 4217 (current currencies and funds, as of amendment 180) with the
// number of decimals after each code, in the order of the codes.
//
// The codes without a minor unit are left out: metals (XAG, XAU, XPD, XPT), units of account (XBA,
// XBB, XBC, XBD, XDR, XSU, XUA), XTS and XXX. The standard gives them no scale, and a scale, once
// taken, stays: whoever needs gold registers it with the decimals they weigh it in. So are codes
// that were withdrawn (ANG, BGN, HRK, …).
const iso4217 = "" +
	"AED2AFN2ALL2AMD2AOA2ARS2AUD2AWG2AZN2BAM2BBD2BDT2BHD3BIF0BMD2BND2BOB2BOV2BRL2BSD2BTN2BWP2BYN2BZD2" +
	"CAD2CDF2CHE2CHF2CHW2CLF4CLP0CNY2COP2COU2CRC2CUP2CVE2CZK2DJF0DKK2DOP2DZD2EGP2ERN2ETB2EUR2FJD2FKP2" +
	"GBP2GEL2GHS2GIP2GMD2GNF0GTQ2GYD2HKD2HNL2HTG2HUF2IDR2ILS2INR2IQD3IRR2ISK0JMD2JOD3JPY0KES2KGS2KHR2" +
	"KMF0KPW2KRW0KWD3KYD2KZT2LAK2LBP2LKR2LRD2LSL2LYD3MAD2MDL2MGA2MKD2MMK2MNT2MOP2MRU2MUR2MVR2MWK2MXN2" +
	"MXV2MYR2MZN2NAD2NGN2NIO2NOK2NPR2NZD2OMR3PAB2PEN2PGK2PHP2PKR2PLN2PYG0QAR2RON2RSD2RUB2RWF0SAR2SBD2" +
	"SCR2SDG2SEK2SGD2SHP2SLE2SOS2SRD2SSP2STN2SVC2SYP2SZL2THB2TJS2TMT2TND3TOP2TRY2TTD2TWD2TZS2UAH2UGX0" +
	"USD2USN2UYI0UYU2UYW4UZS2VED2VES2VND0VUV0WST2XAD2XAF0XCD2XCG2XOF0XPF0YER2ZAR2ZMW2ZWG2"

// isoEntry is the size of one entry of the table.
const isoEntry = 4

// isoScale returns the scale of a currency of ISO 4217.
func isoScale(code string) (int32, bool) {
	if len(code) != isoEntry-1 {
		return 0, false
	}
	n := len(iso4217) / isoEntry
	i := sort.Search(n, func(i int) bool { return iso4217[i*isoEntry:i*isoEntry+3] >= code })
	if i == n || !strings.HasPrefix(iso4217[i*isoEntry:], code) {
		return 0, false
	}
	return int32(iso4217[i*isoEntry+3] - '0'), true
}

// ISO4217 returns the assets that are known from the start, in the order of their codes.
func ISO4217() []Asset {
	out := make([]Asset, 0, len(iso4217)/isoEntry)
	for i := 0; i < len(iso4217); i += isoEntry {
		out = append(out, Asset{Code: iso4217[i : i+3], Scale: int32(iso4217[i+3] - '0')})
	}
	return out
}
