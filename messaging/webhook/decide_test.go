package webhook_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
)

func to[T any](v T) *T { return &v }

// both runs a test with state at hand, and without.
func both(t *testing.T, f func(t *testing.T, b *book)) {
	t.Helper()
	for _, cold := range []bool{false, true} {
		t.Run(fmt.Sprintf("cold %t", cold), func(t *testing.T) {
			t.Parallel()
			b := open(t, cold)
			f(t, b)
			require.Equal(t, b.State(), b.Replay(cores()...).State(), "state follows from events alone")
		})
	}
}

func TestAnEndpointIsMade(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *book) {
		t.Helper()
		made := b.Events()[0]
		assert.Equal(t, "webhook-endpoint/"+b.endpoint, made.Stream)
		assert.Empty(t, made.Ledger)
		assert.Equal(t, webhook.Created{
			EndpointID: b.endpoint, Owner: shop, URL: home, EventTypes: []string{"hold.placed", "transfer.made"}, Description: "Orders", KeyID: b.keyID,
		}, made.Body)
		s := b.state()
		assert.Equal(t, webhook.State{
			Owner: shop, Status: webhook.Enabled, URL: home, EventTypes: []string{"hold.placed", "transfer.made"}, Description: "Orders",
			KeyID: b.keyID, CreatedAt: b.Now(), StatusAt: b.Now(), Version: 1,
		}, s)
		assert.Equal(t, int64(1), webhook.Endpoint{ID: b.endpoint, State: s}.Since())
		again := creation(shop)
		again.KeyID = b.keyID
		assert.Equal(t, "/key_id", b.refused(ledger.ErrInvalidField, webhook.CommandCreateEndpoint, again).Pointer)
	})
}

func TestWhatIsNoEndpoint(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	for name, row := range map[string]struct {
		change  func(c *webhook.CreateEndpoint)
		pointer string
	}{
		"no address":        {func(c *webhook.CreateEndpoint) { c.URL = "" }, "/url"},
		"a word":            {func(c *webhook.CreateEndpoint) { c.URL = "hooks" }, "/url"},
		"another protocol":  {func(c *webhook.CreateEndpoint) { c.URL = "ftp://shop.example/" }, "/url"},
		"opaque":            {func(c *webhook.CreateEndpoint) { c.URL = "https:shop.example" }, "/url"},
		"no host":           {func(c *webhook.CreateEndpoint) { c.URL = "https:///hooks" }, "/url"},
		"a port alone":      {func(c *webhook.CreateEndpoint) { c.URL = "https://:443/hooks" }, "/url"},
		"a password":        {func(c *webhook.CreateEndpoint) { c.URL = "https://u:p@shop.example/" }, "/url"},
		"a name":            {func(c *webhook.CreateEndpoint) { c.URL = "https://u@shop.example/" }, "/url"},
		"a fragment":        {func(c *webhook.CreateEndpoint) { c.URL = home + "#x" }, "/url"},
		"port 0":            {func(c *webhook.CreateEndpoint) { c.URL = "https://shop.example:0/" }, "/url"},
		"port 65536":        {func(c *webhook.CreateEndpoint) { c.URL = "https://shop.example:65536/" }, "/url"},
		"a line break":      {func(c *webhook.CreateEndpoint) { c.URL = "https://shop.example/\r\nHost: x" }, "/url"},
		"too long":          {func(c *webhook.CreateEndpoint) { c.URL = home + strings.Repeat("x", webhook.MaxURL) }, "/url"},
		"an empty type":     {func(c *webhook.CreateEndpoint) { c.EventTypes = []string{"a.b", ""} }, "/event_types/1"},
		"a type twice":      {func(c *webhook.CreateEndpoint) { c.EventTypes = []string{"a.b", "c.d", "a.b"} }, "/event_types/2"},
		"too many types":    {func(c *webhook.CreateEndpoint) { c.EventTypes = make([]string, webhook.MaxEventTypes+1) }, "/event_types"},
		"a description":     {func(c *webhook.CreateEndpoint) { c.Description = strings.Repeat("x", webhook.MaxDescription+1) }, "/description"},
		"no key":            {func(c *webhook.CreateEndpoint) { c.KeyID = "" }, "/key_id"},
		"a key of a person": {func(c *webhook.CreateEndpoint) { c.KeyID = "usr_01kkn6wx9dg000g00400000001" }, "/key_id"},
	} {
		c := creation(shop)
		row.change(&c)
		assert.Equal(t, row.pointer, b.refused(ledger.ErrInvalidField, webhook.CommandCreateEndpoint, c).Pointer, name)
	}
	for _, address := range []string{"http://127.0.0.1:8080/x?y=z", "https://[2001:db8::1]/", "https://shop.example"} {
		c := creation(shop)
		c.URL = address
		assert.Empty(t, c.Validate(), address)
	}
}

func TestOneHasSoManyEndpoints(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *book) {
		t.Helper()
		for range webhook.MaxEndpoints - 1 {
			b.create(shop)
		}
		assert.JSONEq(t, `{"limit":20}`, string(b.refused(webhook.ErrTooManyEndpoints, webhook.CommandCreateEndpoint, creation(shop)).Members))
		b.create(other)
		b.Do(webhook.CommandDeleteEndpoint, webhook.DeleteEndpoint{By: webhook.By{Principal: shop}, EndpointID: b.endpoint})
		b.create(shop)
		_ = b.refused(webhook.ErrTooManyEndpoints, webhook.CommandCreateEndpoint, creation(shop))
	})
}

func TestAnEndpointIsChanged(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *book) {
		t.Helper()
		b.Advance(time.Hour)
		change := func(c webhook.Changes) []*journal.Event {
			return b.Do(webhook.CommandChangeEndpoint, webhook.ChangeEndpoint{By: webhook.By{Principal: shop}, EndpointID: b.endpoint, Changes: c})
		}
		same := b.state()
		assert.Empty(t, change(webhook.Changes{}))
		assert.Empty(t, change(webhook.Changes{URL: to(home), EventTypes: to([]string{"transfer.made", "hold.placed"}), Description: to("Orders"), Status: to(webhook.Enabled)}))
		assert.Equal(t, same, b.state())

		events := change(webhook.Changes{URL: to(home + "/2"), EventTypes: to([]string{}), Description: to("")})
		b.Reload() // as it is written, no types are not taken for no change
		s := b.state()
		assert.Equal(t, home+"/2", s.URL)
		assert.Empty(t, s.EventTypes)
		assert.True(t, s.Wants("anything.at_all"))
		assert.Empty(t, s.Description)
		assert.Equal(t, events[0].Position, s.Version)
		assert.Equal(t, webhook.Enabled, s.Status)
		assert.Equal(t, b.Now().Add(-time.Hour), s.StatusAt)

		change(webhook.Changes{Status: to(webhook.Disabled)})
		s = b.state()
		assert.Equal(t, webhook.Disabled, s.Status)
		assert.Equal(t, webhook.ReasonRequested, s.Reason)
		assert.Equal(t, b.Now(), s.StatusAt)
		b.Advance(time.Hour)
		change(webhook.Changes{Status: to(webhook.Enabled)})
		s = b.state()
		assert.Equal(t, webhook.Enabled, s.Status)
		assert.Empty(t, s.Reason)
		assert.Equal(t, b.Now(), s.StatusAt)

		c := webhook.ChangeEndpoint{By: webhook.By{Principal: shop}, EndpointID: b.endpoint, IfVersion: to(s.Version - 1), Changes: webhook.Changes{Description: to("x")}}
		assert.JSONEq(t, fmt.Sprintf(`{"version":%d}`, s.Version), string(b.refused(ledger.ErrVersionMismatch, webhook.CommandChangeEndpoint, c).Members))
		c.IfVersion = to(s.Version)
		b.Do(webhook.CommandChangeEndpoint, c)
		c.IfVersion, c.Status = nil, to(webhook.Status("deleted"))
		assert.Equal(t, "/status", b.refused(ledger.ErrInvalidField, webhook.CommandChangeEndpoint, c).Pointer)
	})
}

func TestSecretsAreReplaced(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *book) {
		t.Helper()
		rotate := func(revoke bool) webhook.RotateSecret {
			return webhook.RotateSecret{By: webhook.By{Principal: shop}, EndpointID: b.endpoint, KeyID: webhook.NewKeyID(), Revoke: revoke}
		}
		first, second := b.keyID, rotate(false)
		b.Do(webhook.CommandRotateSecret, second)
		assert.Equal(t, []string{second.KeyID, first}, b.state().Keys(b.Now()))
		assert.Equal(t, []string{second.KeyID, first}, b.state().Keys(b.Now().Add(24*time.Hour-1)))
		assert.Equal(t, []string{second.KeyID}, b.state().Keys(b.Now().Add(24*time.Hour)))
		again := rotate(false)
		again.KeyID = first
		assert.Equal(t, "/key_id", b.refused(ledger.ErrInvalidField, webhook.CommandRotateSecret, again).Pointer)

		b.Advance(time.Hour)
		third := rotate(false)
		b.Do(webhook.CommandRotateSecret, third)
		assert.Equal(t, []string{third.KeyID, second.KeyID, first}, b.state().Keys(b.Now()))
		b.Advance(23 * time.Hour)
		assert.Equal(t, []string{third.KeyID, second.KeyID}, b.state().Keys(b.Now()))
		fourth := rotate(false)
		dropped := b.Do(webhook.CommandRotateSecret, fourth)[0].Body.(webhook.SecretRotated).Dropped
		assert.Equal(t, []string{first}, dropped, "its time is over")

		b.Do(webhook.CommandRotateSecret, rotate(false))
		b.Do(webhook.CommandRotateSecret, rotate(false))
		assert.JSONEq(t, `{"limit":5}`, string(b.refused(webhook.ErrTooManySecrets, webhook.CommandRotateSecret, rotate(false)).Members))
		last := rotate(true)
		dropped = b.Do(webhook.CommandRotateSecret, last)[0].Body.(webhook.SecretRotated).Dropped
		assert.Len(t, dropped, 5)
		assert.Equal(t, []string{last.KeyID}, b.state().Keys(b.Now()))
	})
}

func TestAnEndpointIsDeleted(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *book) {
		t.Helper()
		b.Do(webhook.CommandDeleteEndpoint, webhook.DeleteEndpoint{By: webhook.By{Principal: "usr_admin", Admin: true}, EndpointID: b.endpoint})
		assert.Equal(t, webhook.Deleted{EndpointID: b.endpoint, Dropped: []string{b.keyID}}, b.Events()[1].Body)
		s := b.state()
		assert.True(t, s.Gone())
		assert.Empty(t, s.URL)
		gone(t, b, webhook.By{Principal: shop})
	})
}

// gone asks for everything of an endpoint that is not there for somebody.
func gone(t *testing.T, b *book, by webhook.By) {
	t.Helper()
	for _, id := range []string{b.endpoint, "whe_01kkn6wx9dg000g00400000001", "nonsense", ""} {
		_ = b.refused(webhook.ErrEndpointNotFound, webhook.CommandChangeEndpoint, webhook.ChangeEndpoint{By: by, EndpointID: id, Changes: webhook.Changes{Description: to("x")}})
		_ = b.refused(webhook.ErrEndpointNotFound, webhook.CommandRotateSecret, webhook.RotateSecret{By: by, EndpointID: id, KeyID: webhook.NewKeyID()})
		_ = b.refused(webhook.ErrEndpointNotFound, webhook.CommandDeleteEndpoint, webhook.DeleteEndpoint{By: by, EndpointID: id})
	}
}

func TestAnothersEndpointIsNotFound(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *book) {
		t.Helper()
		gone(t, b, webhook.By{Principal: other})
	})
}

func TestAnEndpointIsSwitchedOff(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *book) {
		t.Helper()
		b.Advance(time.Hour)
		off := webhook.DisableEndpoint{EndpointID: b.endpoint, Version: 7, Reason: webhook.ReasonFailing}
		assert.Empty(t, b.Do(webhook.CommandDisableEndpoint, off), "it was changed since")
		off.Version = 1
		b.Do(webhook.CommandDisableEndpoint, off)
		s := b.state()
		assert.Equal(t, webhook.Disabled, s.Status)
		assert.Equal(t, webhook.ReasonFailing, s.Reason)
		assert.Equal(t, b.Now(), s.StatusAt)
		off.Version = s.Version
		assert.Empty(t, b.Do(webhook.CommandDisableEndpoint, off), "it is off")
		off.EndpointID = "whe_01kkn6wx9dg000g00400000001"
		assert.Empty(t, b.Do(webhook.CommandDisableEndpoint, off), "it is not there")
		b.Do(webhook.CommandChangeEndpoint, webhook.ChangeEndpoint{By: webhook.By{Principal: shop}, EndpointID: b.endpoint, Changes: webhook.Changes{Status: to(webhook.Enabled)}})
		assert.Empty(t, b.state().Reason)
	})
}
