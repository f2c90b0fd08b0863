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
