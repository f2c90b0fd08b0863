package webhook_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/messaging/webhook"
)

const (
	shop  = "service:shop"
	other = "service:other"
	home  = "https://shop.example/hooks"
)

func cores() []func(*journal.Registry) {
	return []func(*journal.Registry){ledger.Register, webhook.Register}
}

// book is a journal in which a shop has an endpoint.
type book struct {
	*decidetest.Book
	t        testing.TB
	endpoint string
	keyID    string
}

func open(t testing.TB, cold bool) *book {
	t.Helper()
	b := &book{Book: decidetest.Open(t, cold, cores()...), t: t}
	b.endpoint, b.keyID = b.create(shop)
	return b
}

// create makes an endpoint that has to be made, and returns its id and the name of its key.
func (b *book) create(owner string) (id, keyID string) {
	b.t.Helper()
	c := creation(owner)
	return b.Do(webhook.CommandCreateEndpoint, c)[0].Body.(webhook.Created).EndpointID, c.KeyID
}

func creation(owner string) webhook.CreateEndpoint {
	return webhook.CreateEndpoint{By: webhook.By{Principal: owner}, URL: home, EventTypes: []string{"transfer.made", "hold.placed"}, Description: "Orders", KeyID: webhook.NewKeyID()}
}

// refused asks for a command that has to be refused.
func (b *book) refused(want *journal.Refusal, commandType string, c any) *journal.Refusal {
	b.t.Helper()
	before := b.State()
	a := b.When(commandType, c)
	require.NotNil(b.t, a.Refusal, "%s was not refused", commandType)
	require.ErrorIs(b.t, a.Refusal, want)
	require.Equal(b.t, before, b.State(), "a refusal changes nothing")
	return a.Refusal
}

// state is what is known of the endpoint.
func (b *book) state() webhook.State {
	b.t.Helper()
	return b.stateOf(b.endpoint)
}

// stateOf is what is known of an endpoint.
func (b *book) stateOf(id string) (s webhook.State) {
	b.t.Helper()
	row, ok := b.State()[webhook.Endpoints().Key(id)]
	require.True(b.t, ok)
	require.NoError(b.t, json.Unmarshal([]byte(row), &s))
	return s
}
