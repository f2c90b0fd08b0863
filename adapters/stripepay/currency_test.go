package stripepay_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay"
)

func TestMinorUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount, currency string
		want             int64
	}{
		{"10.50", "USD", 1050},
		{"10.5", "usd", 1050},
		{"0.01", "EUR", 1},
		{"1050", "JPY", 1050},
		{"1050.0", "JPY", 1050},
		{"1.234", "KWD", 1234},
		{"5", "ISK", 500},
		{"5.00", "ISK", 500},
		{"12", "UGX", 1200},
		{"1234", "MGA", 1234},
		{"10000000000000.00", "USD", stripepay.MaxMinor},
	} {
		got, err := stripepay.MinorUnits(c.amount, c.currency)
		require.NoError(t, err, c)
		assert.Equal(t, c.want, got, c)
	}
	for _, c := range []struct{ amount, currency string }{
		{"10.505", "USD"},
		{"10.5", "JPY"},
		{"5.50", "ISK"},
		{"5.50", "UGX"},
		{"5.50", "MGA"},
		{"1.2345", "KWD"},
		{"10000000000000.01", "USD"},
		{"99999999999999999999999999", "JPY"},
		{"0", "USD"},
		{"-1", "USD"},
		{"1e3", "USD"},
		{"", "USD"},
		{"1", ""},
		{"1", "PRO-DAY"},
		{"1", "U D"},
	} {
		_, err := stripepay.MinorUnits(c.amount, c.currency)
		require.ErrorIs(t, err, stripepay.ErrNotCharged, c)
	}
}
