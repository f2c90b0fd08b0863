package withdrawal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/florinledger/florin/wallet/withdrawal"
)

func toIBAN(iban string) withdrawal.Destination {
	return withdrawal.Destination{Type: withdrawal.IBAN, Name: "Ann Miller", IBAN: iban}
}

func toUS(routing, account string) withdrawal.Destination {
	return withdrawal.Destination{Type: withdrawal.USBank, Name: "Ann Miller", RoutingNumber: routing, AccountNumber: account}
}

// The examples of SWIFT's registry, one of each length, and as people write them.
func TestGoodDestinations(t *testing.T) {
	t.Parallel()
	for _, iban := range []string{
		"NO9386011117947", "BE68539007547034", "NL91ABNA0417164300", "MK07250120000058984", "AT611904300234573201", "CH9300762011623852957",
		"DE89370400440532013000", "GB29NWBK60161331926819", "GI75NWBK000000007099453", "ES9121000418450200051332", "LY83002048000020100120361",
		"IS140159260076545510730339", "FR1420041010050500013M02606", "HU42117730161111101800000000", "BR1800360305000010009795493C1",
		"JO94CBJO0010000000000131000302", "MT84MALT011000012345MTLCAST001S", "LC55HEMM000100010012001200023015",
		"DE89 3704 0044 0532 0130 00", "de89370400440532013000",
	} {
		assert.Empty(t, toIBAN(iban).Tidy().Validate(), iban)
	}
	withBIC := toIBAN("DE89370400440532013000")
	for _, bic := range []string{"COBADEFF", "COBADEFFXXX", "cobadeff 001", "1ABCGB2LXXX"} {
		withBIC.BIC = bic
		assert.Empty(t, withBIC.Tidy().Validate(), bic)
	}
	for _, routing := range []string{"021000021", "011401533", "0910 0001 9"} {
		assert.Empty(t, toUS(routing, "000123456789").Tidy().Validate(), routing)
	}
	savings := toUS("021000021", "1234")
	savings.AccountType = "savings"
	assert.Empty(t, savings.Validate())
	assert.Empty(t, withdrawal.Destination{Type: withdrawal.Provider, Provider: "stripe", Account: "acct_1ABC"}.Validate())
}

func TestBadDestinations(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		d    withdrawal.Destination
		want []string
	}{
		"nothing":               {withdrawal.Destination{}, []string{"/destination/type: want iban, us_bank or provider"}},
		"an unknown type":       {withdrawal.Destination{Type: "cash"}, []string{"/destination/type: want iban, us_bank or provider"}},
		"a digit changed":       {toIBAN("DE89370400440532013001"), []string{"/destination/iban: its check digits do not fit: it is mistyped"}},
		"two digits swapped":    {toIBAN("DE89370400440532031000"), []string{"/destination/iban: its check digits do not fit: it is mistyped"}},
		"too short":             {toIBAN("DE8937040044053201300"), []string{"/destination/iban: an IBAN of DE has 22 characters, not 21"}},
		"a country without":     {toIBAN("US89370400440532013000"), []string{"/destination/iban: US has no IBANs"}},
		"no check digits":       {toIBAN("DEXX370400440532013000"), []string{"/destination/iban: want an IBAN, such as DE89370400440532013000"}},
		"no IBAN":               {toIBAN("DE89-3704"), []string{"/destination/iban: want an IBAN, such as DE89370400440532013000"}},
		"other letters":         {toIBAN("ДЕ89370400440532013000"), []string{"/destination/iban: want an IBAN, such as DE89370400440532013000"}},
		"without an IBAN":       {toIBAN(""), []string{"/destination/iban: want an IBAN, such as DE89370400440532013000"}},
		"a bad BIC":             {withdrawal.Destination{Type: withdrawal.IBAN, Name: "Ann", IBAN: "NO9386011117947", BIC: "DNBANO"}, []string{"/destination/bic: want a BIC of 8 or 11 characters, such as COBADEFFXXX"}},
		"a BIC of no country":   {withdrawal.Destination{Type: withdrawal.IBAN, Name: "Ann", IBAN: "NO9386011117947", BIC: "DNBA1OKK"}, []string{"/destination/bic: want a BIC of 8 or 11 characters, such as COBADEFFXXX"}},
		"nobody's account":      {withdrawal.Destination{Type: withdrawal.IBAN, IBAN: "NO9386011117947"}, []string{"/destination/name: want the name of the account's holder"}},
		"a long name":           {withdrawal.Destination{Type: withdrawal.IBAN, IBAN: "NO9386011117947", Name: long(141)}, []string{"/destination/name: want at most 140 bytes"}},
		"a routing digit":       {toUS("021000022", "1234"), []string{"/destination/routing_number: its check digit does not fit: it is mistyped"}},
		"routing of zeros":      {toUS("000000000", "1234"), []string{"/destination/routing_number: its check digit does not fit: it is mistyped"}},
		"a short routing":       {toUS("02100002", "1234"), []string{"/destination/routing_number: want nine digits"}},
		"routing in letters":    {toUS("02100002x", "1234"), []string{"/destination/routing_number: want nine digits"}},
		"a short account":       {toUS("021000021", "123"), []string{"/destination/account_number: want 4 to 17 digits"}},
		"a long account":        {toUS("021000021", strings.Repeat("1", 18)), []string{"/destination/account_number: want 4 to 17 digits"}},
		"account in letters":    {toUS("021000021", "12a4"), []string{"/destination/account_number: want 4 to 17 digits"}},
		"an odd account type":   {withdrawal.Destination{Type: withdrawal.USBank, Name: "Ann", RoutingNumber: "021000021", AccountNumber: "1234", AccountType: "gold"}, []string{"/destination/account_type: want checking or savings"}},
		"an empty provider":     {withdrawal.Destination{Type: withdrawal.Provider}, []string{"/destination/provider: want the provider's name: small letters, digits, - and _", "/destination/account: want the account's id at the provider"}},
		"a provider in capital": {withdrawal.Destination{Type: withdrawal.Provider, Provider: "Stripe", Account: "acct_1"}, []string{"/destination/provider: want the provider's name: small letters, digits, - and _"}},
		"long ids": {withdrawal.Destination{Type: withdrawal.Provider, Provider: long(65), Account: long(256)}, []string{
			"/destination/provider: want at most 64 bytes", "/destination/account: want at most 255 bytes"}},
		"two places": {withdrawal.Destination{Type: withdrawal.IBAN, Name: "Ann", IBAN: "NO9386011117947", RoutingNumber: "021000021", Account: "acct_1"}, []string{
			"/destination/routing_number: a destination of the type iban has no such field", "/destination/account: a destination of the type iban has no such field"}},
	} {
		var got []string
		for _, e := range c.d.Validate() {
			got = append(got, e.Pointer+": "+e.Detail)
		}
		assert.Equal(t, c.want, got, name)
	}
}

// Whoever takes one digit or letter for another, or swaps two neighbours, is told so.
func TestIBANsAreNotMistyped(t *testing.T) {
	t.Parallel()
	const iban = "GB29NWBK60161331926819"
	wrong := func(text string) { assert.NotEmpty(t, toIBAN(text).Validate(), text) }
	for i := 2; i < len(iban); i++ {
		kind := "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		if iban[i] <= '9' {
			kind = "0123456789"
		}
		for _, other := range strings.ReplaceAll(kind, iban[i:i+1], "") {
			wrong(iban[:i] + string(other) + iban[i+1:])
		}
		if i+1 < len(iban) && iban[i] != iban[i+1] {
			wrong(iban[:i] + string(iban[i+1]) + string(iban[i]) + iban[i+2:])
		}
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	us := toUS("021000021", "000123456789")
	us.AccountType = "checking"
	for _, c := range []struct {
		d    withdrawal.Destination
		want withdrawal.Hint
	}{
		{toIBAN("DE89370400440532013000"), withdrawal.Hint{Country: "DE", LastFour: "3000"}},
		{us, withdrawal.Hint{AccountType: "checking", LastFour: "6789"}},
		{toUS("021000021", "123456"), withdrawal.Hint{LastFour: "456"}},
		{withdrawal.Destination{Type: withdrawal.Provider, Provider: "stripe", Account: "acct_1ABC"}, withdrawal.Hint{Provider: "stripe", LastFour: "1ABC"}},
		{withdrawal.Destination{Type: withdrawal.Provider, Provider: "x", Account: "a"}, withdrawal.Hint{Provider: "x"}},
		{withdrawal.Destination{}, withdrawal.Hint{}},
	} {
		assert.Equal(t, c.want, c.d.Hint())
	}
}

func TestDestinationsAreNotPrinted(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.Equal(t, "[redacted]", fmt.Sprintf(form, toIBAN("DE89370400440532013000")), form)
	}
}
