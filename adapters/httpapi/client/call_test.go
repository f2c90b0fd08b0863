package client_test

import (
	"io"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi"
	"github.com/florinledger/florin/adapters/httpapi/client"
	"github.com/florinledger/florin/adapters/httpapi/openapitest"
)

// Each operation has a method, but for those of whoever runs the service.
func TestEachOperationHasAMethod(t *testing.T) {
	t.Parallel()
	contract, err := openapitest.Load(httpapi.OpenAPI())
	require.NoError(t, err)
	florin := reflect.TypeFor[*client.Client]()
	operations := 0
	for path, item := range contract.Doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if slices.Contains(operation.Tags, "Service") {
				continue
			}
			operations++
			name := []byte(operation.OperationID)
			name[0] -= 'a' - 'A'
			_, found := florin.MethodByName(string(name))
			assert.True(t, found, "%s (%s)", name, path)
		}
	}
	assert.Greater(t, operations, 50)
}

func TestARequestIsAsItWasAskedFor(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{Token: client.Static("secret")}, []answer{says(http.StatusOK, `{"data":[],"has_more":false}`)}, func(t *testing.T, florin *client.Client, s *service) {
		_, err := florin.ListTransactions(t.Context(), "eu cards/2", &client.ListTransactionsParams{
			Account: "liabilities:*", Metadata: client.Metadata{"shop": "north & south"}, Limit: 7,
			From: time.Date(2026, 1, 2, 3, 4, 5, 600_000_000, time.UTC),
		})
		require.NoError(t, err)
		assert.Equal(t, "/bank/v1/ledgers/eu%20cards%2F2/transactions?account=liabilities%3A%2A&from=2026-01-02T03%3A04%3A05.6Z&limit=7&metadata%5Bshop%5D=north+%26+south", s.got[0].uri)
		assert.Equal(t, "Bearer secret", s.got[0].token)
		assert.Empty(t, s.got[0].key, "a read needs none")
		assert.Empty(t, s.got[0].header.Get("Content-Type"))

		_, err = florin.CreateTransfer(t.Context(), &client.CreateTransferParams{IdempotencyKey: "order-7", DryRun: true}, payment)
		require.NoError(t, err)
		assert.Equal(t, "/bank/v1/transfers?dry_run=true", s.got[1].uri)
		assert.Equal(t, "order-7", s.got[1].key)
		assert.Equal(t, "application/json", s.got[1].header.Get("Content-Type"))

		_, err = florin.CreateTransferBatchLines(t.Context(), nil, []byte("{}\n{}\n"))
		require.NoError(t, err)
		assert.Equal(t, "{}\n{}\n", s.got[2].body)
		assert.Equal(t, "application/x-ndjson", s.got[2].header.Get("Content-Type"))
		assert.NotEmpty(t, s.got[2].key)

		event := client.ProviderEvent(`{ "id": "<evt>" }`)
		_, err = florin.ReceiveStripeEvent(t.Context(), &client.ReceiveStripeEventParams{StripeSignature: "t=1,v1=2"}, event)
		require.NoError(t, err)
		assert.Equal(t, string(event), s.got[3].body, "what is signed is sent to the byte")
		assert.Equal(t, "t=1,v1=2", s.got[3].header.Get("Stripe-Signature"))

		frozen := false
		_, err = florin.PutAccount(t.Context(), "main", "assets:bank:main", nil, client.PutAccount{Frozen: &frozen})
		require.NoError(t, err)
		assert.Equal(t, `{"frozen":false}`, s.got[4].body, "where zero means something, it is sent")
	})
}

// An id that is none would be the address of something else: of the list, or of the thing above.
func TestWhatNamesNothingIsNotSent(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{says(http.StatusOK, `{}`)}, func(t *testing.T, florin *client.Client, s *service) {
		for _, id := range []string{"", ".", ".."} {
			require.ErrorContains(t, florin.EraseUser(t.Context(), id), "id ")
		}
		assert.Empty(t, s.got)
		_, err := florin.GetWallet(t.Context(), "../users/me", nil)
		require.NoError(t, err)
		assert.Equal(t, "/bank/v1/wallets/..%2Fusers%2Fme", s.got[0].uri)
	})
}

func TestAnAddressThatIsNone(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "florin.example.com", "ftp://florin.example.com", "http://", "http://[::1"} {
		_, err := client.New(base, client.Config{})
		require.Error(t, err, base)
	}
}

func TestWhatAnAnswerSaysBesidesItsBody(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{
		says(http.StatusCreated, `{"id":"wal_1","version":1}`, "Florin-Position", "0-3", "Idempotent-Replayed", "true", "ETag", `"1"`),
		refuses(http.StatusUnprocessableEntity, "wallet-frozen", "Florin-Position", "0-4"),
	}, func(t *testing.T, florin *client.Client, _ *service) {
		var a client.Answer
		_, err := florin.CreateWallet(t.Context(), nil, client.CreateWallet{}, client.Note(&a))
		require.NoError(t, err)
		assert.Equal(t, 1, a.Attempts)
		assert.Equal(t, http.StatusCreated, a.Status)
		assert.Equal(t, "0-3", a.Position)
		assert.Equal(t, `"1"`, a.ETag)
		assert.True(t, a.Replayed)

		_, err = florin.CreateTransfer(t.Context(), nil, payment, client.Note(&a))
		assert.Equal(t, "wallet-frozen", client.Code(err))
		assert.Equal(t, http.StatusUnprocessableEntity, a.Status)
		assert.Equal(t, "0-4", a.Position)
		assert.False(t, a.Replayed)
	})
}

func TestAnAnswerThatComesLater(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{
		says(http.StatusAccepted, `{"id":"cmd_1","status":"accepted"}`),
		says(http.StatusCreated, `{"id":"txn_1"}`, "Idempotent-Replayed", "true"),
	}, func(t *testing.T, florin *client.Client, s *service) {
		var command client.AcceptedCommand
		made, err := florin.CreateTransfer(t.Context(), nil, payment, client.RespondAsync(&command))
		require.NoError(t, err)
		assert.Equal(t, "cmd_1", command.ID)
		assert.Equal(t, client.CommandStatusAccepted, command.Status)
		assert.Empty(t, made.ID)
		assert.Equal(t, "respond-async", s.got[0].header.Get("Prefer"))

		command = client.AcceptedCommand{}
		made, err = florin.CreateTransfer(t.Context(), nil, payment, client.RespondAsync(&command))
		require.NoError(t, err)
		assert.Empty(t, command.ID)
		assert.Equal(t, "txn_1", made.ID)
	})
}

func TestAStreamIsReadByWhoAskedForIt(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{
		refuses(http.StatusServiceUnavailable, "unavailable", "Retry-After", "1"),
		says(http.StatusOK, "id: 7\n\n", "Content-Type", "text/event-stream"),
		refuses(http.StatusForbidden, "forbidden"),
	}, func(t *testing.T, florin *client.Client, s *service) {
		response, err := florin.StreamMessages(t.Context(), &client.StreamMessagesParams{LastEventID: "6"})
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		assert.Equal(t, "id: 7\n\n", string(body))
		assert.Equal(t, "6", s.got[1].header.Get("Last-Event-ID"))

		_, err = florin.StreamMessages(t.Context(), nil) //nolint:bodyclose // there is none with an error
		assert.Equal(t, "forbidden", client.Code(err))
	})
}

// A newer service says more than an older client knows.
func TestWhatIsNotKnownIsPassedBy(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{says(http.StatusOK, `{"id":"wal_1","colour":{"is":"red"},"status":"asleep"}`)}, func(t *testing.T, florin *client.Client, _ *service) {
		wallet, err := florin.GetWallet(t.Context(), "wal_1", nil)
		require.NoError(t, err)
		assert.Equal(t, "wal_1", wallet.ID)
		assert.Equal(t, client.WalletStatus("asleep"), wallet.Status)
	})
}
