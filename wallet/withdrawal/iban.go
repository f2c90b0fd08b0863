package withdrawal

import (
	"fmt"
	"strings"
)

// checkIBAN says what is wrong with an international bank account number (ISO 13616); "" for nothing. It is
// written without spaces, in capitals.
func checkIBAN(iban string) string {
	const form = "want an IBAN, such as DE89370400440532013000"
	if len(iban) < 5 || strings.IndexFunc(iban, func(r rune) bool { return !isDigit(r) && !isCapital(r) }) >= 0 {
		return form
	}
	country := iban[:2]
	length := ibanLength(country)
	switch {
	case !isDigit(rune(iban[2])) || !isDigit(rune(iban[3])):
		return form
	case length == 0:
		return fmt.Sprintf("%s has no IBANs", country)
	case len(iban) != length:
		return fmt.Sprintf("an IBAN of %s has %d characters, not %d", country, length, len(iban))
	case mod97(iban) != 1:
		return "its check digits do not fit: it is mistyped"
	}
	return ""
}

// mod97 is the remainder (ISO 7064, MOD 97-10) of a number that begins with its fifth character, in which
// letters count from 10. That of an IBAN is 1.
func mod97(iban string) int {
	remainder := 0
	for _, r := range iban[4:] + iban[:4] {
		if isDigit(r) {
			remainder = (remainder*10 + int(r-'0')) % 97
		} else {
			remainder = (remainder*100 + int(r-'A') + 10) % 97
		}
	}
	return remainder
}

// ibanLength is how long the IBANs of a country are; 0 for one that has none. Source: SWIFT's IBAN registry,
// release 102 of June 2026. Other structure than the length is not held against it: the check digits find
// what people mistype, and the bank knows its accounts.
func ibanLength(country string) int {
	switch country {
	case "NO":
		return 15
	case "BE":
		return 16
	case "DK", "FI", "FK", "FO", "GL", "NL", "SD":
		return 18
	case "MK", "SI":
		return 19
	case "AT", "BA", "EE", "KZ", "LT", "LU", "MN", "XK":
		return 20
	case "CH", "HR", "LI", "LV":
		return 21
	case "BG", "BH", "CR", "DE", "GB", "GE", "IE", "ME", "RS", "VA":
		return 22
	case "AE", "GI", "IL", "IQ", "OM", "SO", "TL":
		return 23
	case "AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG":
		return 24
	case "LY", "PT", "ST":
		return 25
	case "IS", "TR":
		return 26
	case "BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM":
		return 27
	case "AL", "AZ", "BY", "CY", "DO", "GT", "HN", "HU", "LB", "NI", "PL", "SV":
		return 28
	case "BR", "EG", "PS", "QA", "UA":
		return 29
	case "JO", "KW", "MU", "YE":
		return 30
	case "MT", "SC":
		return 31
	case "LC":
		return 32
	case "RU":
		return 33
	}
	return 0
}

func isDigit(r rune) bool   { return r >= '0' && r <= '9' }
func isCapital(r rune) bool { return r >= 'A' && r <= 'Z' }
