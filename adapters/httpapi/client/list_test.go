package client_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/client"
)

func TestAListIsWalkedFromPageToPage(t *testing.T) {
	t.Parallel()
	pages := []answer{
		says(http.StatusOK, `{"data":[{"id":"wal_1"},{"id":"wal_2"}],"has_more":true,"next_cursor":"a"}`),
		says(http.StatusOK, `{"data":[],"has_more":true,"next_cursor":"b"}`),
		says(http.StatusOK, `{"data":[{"id":"wal_3"}],"has_more":false}`),
		refuses(http.StatusForbidden, "forbidden"),
	}
	calling(t, client.Config{}, pages, func(t *testing.T, florin *client.Client, s *service) {
		all := client.All(func(cursor string) (client.WalletList, error) {
			return florin.ListWallets(t.Context(), &client.ListWalletsParams{Status: client.WalletStatusOpen, Cursor: cursor})
		})
		var ids []string
		for wallet, err := range all {
			require.NoError(t, err)
			ids = append(ids, wallet.ID)
		}
		assert.Equal(t, []string{"wal_1", "wal_2", "wal_3"}, ids)
		require.Len(t, s.got, 3)
		assert.Equal(t, "/bank/v1/wallets?cursor=b&status=open", s.got[2].uri)

		turns := 0
		for wallet, err := range all {
			turns++
			assert.Empty(t, wallet.ID)
			assert.Equal(t, "forbidden", client.Code(err))
		}
		assert.Equal(t, 1, turns, "an error ends the walk")
	})
}

func TestAWalkEndsWhereItIsLeft(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{says(http.StatusOK, `{"data":[{"id":"wal_1"},{"id":"wal_2"}],"has_more":true,"next_cursor":"a"}`)}, func(t *testing.T, florin *client.Client, s *service) {
		for _, err := range client.All(func(cursor string) (client.WalletList, error) {
			return florin.ListWallets(t.Context(), &client.ListWalletsParams{Cursor: cursor})
		}) {
			require.NoError(t, err)
			break
		}
		assert.Len(t, s.got, 1)
	})
}
