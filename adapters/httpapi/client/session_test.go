package client_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/client"
)

// atLeast is the position that a request waits for.
func atLeast(t *testing.T, s sent) string {
	t.Helper()
	u, err := url.Parse(s.uri)
	require.NoError(t, err)
	return u.Query().Get("at_least")
}

func TestASessionReadsWhatItWrote(t *testing.T) {
	t.Parallel()
	write := func(position string) answer {
		return says(http.StatusCreated, `{}`, "Florin-Position", position)
	}
	read := says(http.StatusOK, `{}`, "Florin-Position", "0-9999")
	calling(t, client.Config{}, []answer{write("0-8"), write("0-10"), write("0-9"), read, read, read, write("1-1"), read}, func(t *testing.T, florin *client.Client, s *service) {
		session := florin.Session("0-7")
		assert.Equal(t, "0-7", session.Position())
		for range 3 { // answers of parallel writes come in any order
			_, err := session.CreateTransfer(t.Context(), nil, payment)
			require.NoError(t, err)
		}
		assert.Equal(t, "0-10", session.Position())

		_, err := session.GetWallet(t.Context(), "wal_1", nil)
		require.NoError(t, err)
		assert.Equal(t, "0-10", atLeast(t, s.got[3]))
		_, err = session.GetWallet(t.Context(), "wal_1", &client.GetWalletParams{AtLeast: "0-3"})
		require.NoError(t, err)
		assert.Equal(t, "0-3", atLeast(t, s.got[4]), "who asks for a position knows why")
		assert.Equal(t, "0-10", session.Position(), "a read writes nothing")

		_, err = florin.GetWallet(t.Context(), "wal_1", nil)
		require.NoError(t, err)
		assert.Empty(t, atLeast(t, s.got[5]), "others wait for nothing")
		assert.Empty(t, florin.Position())

		_, err = session.CreateTransfer(t.Context(), nil, payment)
		require.NoError(t, err)
		assert.Equal(t, "1-1", session.Position())
		_, err = session.GetCommand(t.Context(), "cmd_1")
		require.NoError(t, err)
		assert.Empty(t, atLeast(t, s.got[7]), "what cannot wait is not asked to")
	})
}
