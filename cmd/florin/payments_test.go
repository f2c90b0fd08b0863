package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A key of one mode beside events of the other would take payments whose events nobody believes.
func TestStripeKey(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte("rk_live_1\n"), 0o600))
	for name, test := range map[string]struct {
		settings settings
		key      string
		wrong    bool
	}{
		"none":         {settings{}, "", false},
		"test":         {settings{StripeKey: "sk_test_1"}, "sk_test_1", false},
		"restricted":   {settings{StripeKey: "rk_test_1"}, "rk_test_1", false},
		"live by file": {settings{StripeKeyFile: file, StripeLive: true}, "rk_live_1", false},
		"live as test": {settings{StripeKeyFile: file}, "", true},
		"test as live": {settings{StripeKey: "sk_test_1", StripeLive: true}, "", true},
		"publishable":  {settings{StripeKey: "pk_test_1"}, "", true},
		"no file":      {settings{StripeKeyFile: file + "x"}, "", true},
	} {
		key, err := test.settings.stripeKey()
		assert.Equal(t, test.wrong, err != nil, name)
		assert.Equal(t, test.key, key, name)
		if err != nil {
			assert.NotContains(t, err.Error(), "test_1", name)
		}
	}
}

// Who is asked for new payments has to be there, and takes real money where real money is.
func TestPaymentProviders(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		settings settings
		order    []string
		says     string
	}{
		"none":               {settings{}, nil, ""},
		"by the key":         {settings{StripeKey: "sk_test_1"}, []string{"stripe"}, ""},
		"both":               {settings{StripeKey: "sk_test_1", PaymentProviders: []string{"stripe", "simulated"}}, []string{"stripe", "simulated"}, ""},
		"not the key's":      {settings{StripeKey: "sk_test_1", PaymentProviders: []string{"simulated"}}, []string{"simulated"}, ""},
		"without a key":      {settings{PaymentProviders: []string{"stripe"}}, nil, "stripe is asked with a key"},
		"twice":              {settings{StripeKey: "sk_test_1", PaymentProviders: []string{"stripe", "stripe"}}, nil, "stripe is named twice"},
		"unknown":            {settings{PaymentProviders: []string{"paypal"}}, nil, "there is no \"paypal\"; want stripe or simulated"},
		"simulated and live": {settings{StripeLive: true, PaymentProviders: []string{"simulated"}}, nil, "cannot stand beside live events"},
	} {
		order, err := test.settings.paymentProviders()
		assert.Equal(t, test.order, order, name)
		if test.says == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, test.says, name)
	}
}
