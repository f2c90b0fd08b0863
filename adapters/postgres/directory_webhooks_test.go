package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/messaging/webhook"
)

func TestDirectoryHasWebhookEndpoints(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	d := NewDirectory(p.pool)
	person, _ := p.register(t, 1)
	shop, other := webhook.By{Principal: "service:shop"}, webhook.By{Principal: "service:other"}
	var ids, keyIDs []string
	for _, by := range []webhook.By{shop, other, shop} {
		c := webhook.CreateEndpoint{By: by, URL: "https://shop.example/", KeyID: webhook.NewKeyID()}
		keyIDs = append(keyIDs, c.KeyID)
		p.tell(t, webhook.CommandCreateEndpoint, c)
		all, err := d.Endpoints(t.Context(), "", "", 10)
		require.NoError(t, err)
		ids = append(ids, all[len(all)-1].ID)
	}
	list := func(owner, after string, limit int) (found []string) {
		page, err := d.Endpoints(t.Context(), owner, after, limit)
		require.NoError(t, err)
		for _, e := range page {
			found = append(found, e.ID)
		}
		return found
	}
	require.Equal(t, ids, list("", "", 10))
	require.Equal(t, ids[:2], list("", "", 2))
	require.Equal(t, ids[2:], list("", ids[1], 2))
	require.Equal(t, []string{ids[0], ids[2]}, list("service:shop", "", 10))
	require.Empty(t, list("service:nobody", "", 10))

	e, ok, err := d.Endpoint(t.Context(), ids[1])
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "service:other", e.Owner)
	require.Equal(t, keyIDs[1], e.KeyID)
	for _, id := range []string{"", "nonsense", "whe_01kkn6wx9dg000g00400000009", "\x00", "\xff"} {
		_, ok, err := d.Endpoint(t.Context(), id)
		require.NoError(t, err)
		require.False(t, ok, id)
	}

	p.tell(t, webhook.CommandDeleteEndpoint, webhook.DeleteEndpoint{By: other, EndpointID: ids[1]})
	require.Equal(t, []string{ids[0], ids[2]}, list("", "", 10))
	_, ok, err = d.Endpoint(t.Context(), ids[1])
	require.NoError(t, err)
	require.False(t, ok)

	// The vault asks whose its keys are: those of people, and those of endpoints, also of deleted ones.
	stray := webhook.NewKeyID()
	known, err := d.Known(t.Context(), []string{person, "usr_nobody", keyIDs[0], keyIDs[1], stray})
	require.NoError(t, err)
	require.Equal(t, map[string]bool{person: true, "usr_nobody": false, keyIDs[0]: true, keyIDs[1]: true, stray: false}, known)
}
