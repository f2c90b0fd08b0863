package webhook_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users/seal"
)

// post is a post room in memory: what is to be delivered, what was stopped and dropped, and which keys are gone.
type post struct {
	endpoints []webhook.Endpoint
	due       map[string]webhook.Delivery
	stopped   []string
	dropped   []string
	discarded []string
	away      error
	together  int // the most that were added at once
}

func (p *post) Endpoints(_ context.Context, _, after string, limit int) (page []webhook.Endpoint, err error) {
	for _, e := range p.endpoints {
		if e.ID > after && len(page) < limit {
			page = append(page, e)
		}
	}
	return page, p.away
}

func (p *post) Add(_ context.Context, deliveries []webhook.Delivery) error {
	p.together = max(p.together, len(deliveries))
	for _, d := range deliveries {
		if _, there := p.due[d.EndpointID+d.ID()]; !there {
			p.due[d.EndpointID+d.ID()] = d
		}
	}
	return nil
}

func (p *post) Stop(_ context.Context, id string) error {
	p.stopped = append(p.stopped, id)
	return nil
}
func (p *post) Drop(_ context.Context, id string) error {
	p.dropped = append(p.dropped, id)
	return nil
}
func (p *post) Discard(_ context.Context, keyID string) error {
	p.discarded = append(p.discarded, keyID)
	return nil
}
func (p *post) Key(context.Context, string) (seal.Key, error) { return seal.Key{}, seal.ErrNoKey }

// at is when the events of these tests are recorded.
func at(position int64) time.Time {
	return time.Date(2026, 3, 14, 9, 0, int(position), 0, time.UTC)
}

func happened(position int64, eventType string, body any) *journal.Event {
	return &journal.Event{Position: position, Epoch: 1, Type: eventType, Schema: 1, Body: body, RecordedAt: at(position)}
}

// made is an endpoint that the event at a position made.
func made(position int64, status webhook.Status, types ...string) webhook.Endpoint {
	return webhook.Endpoint{ID: journal.NewPlaceID(0, 1, position, at(position)).Format("whe"), State: webhook.State{
		Status: status, EventTypes: types, StatusAt: at(position), KeyID: "whk_x",
	}}
}

func routing(t *testing.T, endpoints ...webhook.Endpoint) (*post, *webhook.Router) {
	t.Helper()
	r := journal.NewRegistry()
	webhook.Register(r)
	p := &post{endpoints: endpoints, due: map[string]webhook.Delivery{}}
	names := func(eventType string) (string, bool) {
		name, ok := map[string]string{"transferred": "transfer.made", "hold-placed": "hold.placed"}[eventType]
		return name, ok
	}
	return p, webhook.NewRouter(r, names, p, p, p, func() time.Time { return at(100) })
}

// of is what was delivered to an endpoint, by position.
func (p *post) of(e webhook.Endpoint) map[int64]webhook.DeliveryStatus {
	found := map[int64]webhook.DeliveryStatus{}
	for _, d := range p.due {
		if d.EndpointID == e.ID {
			found[d.Event.Position()] = d.Status
		}
	}
	return found
}

func TestWhoIsToldOfWhat(t *testing.T) {
	t.Parallel()
	all, some, late, off := made(1, webhook.Enabled), made(2, webhook.Enabled, "hold.placed"), made(11, webhook.Enabled), made(3, webhook.Disabled)
	p, r := routing(t, all, some, late, off)
	assert.True(t, r.Wants("transferred"))
	assert.True(t, r.Wants(webhook.TypeEndpointDeleted))
	assert.False(t, r.Wants("user-registered"))
	events := []*journal.Event{happened(10, "transferred", nil), happened(11, "hold-placed", nil), happened(12, "hold-placed", nil)}
	for range 2 { // the checkpoint was lost
		acted, err := r.Route(t.Context(), events)
		require.NoError(t, err)
		assert.True(t, acted)
	}
	assert.Equal(t, map[int64]webhook.DeliveryStatus{10: webhook.Pending, 11: webhook.Pending, 12: webhook.Pending}, p.of(all))
	assert.Equal(t, map[int64]webhook.DeliveryStatus{11: webhook.Pending, 12: webhook.Pending}, p.of(some))
	assert.Equal(t, map[int64]webhook.DeliveryStatus{12: webhook.Pending}, p.of(late), "not of what made it, nor of what was before")
	assert.Equal(t, map[int64]webhook.DeliveryStatus{10: webhook.Failed, 11: webhook.Failed, 12: webhook.Failed}, p.of(off))
	d := p.due[all.ID+events[0].ID().Format("whd")]
	assert.Equal(t, webhook.Delivery{
		EndpointID: all.ID, Event: events[0].ID(), Type: "transfer.made", EventAt: at(10), Status: webhook.Pending,
		CreatedAt: at(100), NextAt: at(100), GiveUpAt: at(100).Add(72 * time.Hour),
	}, d)
	assert.Equal(t, events[0].ID().Format("evt"), d.EventID())

	since, err := r.Begin(t.Context())
	require.NoError(t, err)
	assert.Equal(t, int64(1), since)
}

// A page of events for many endpoints is added in parts: what is in memory at once does not grow with the endpoints.
func TestManyDeliveriesAreAddedInParts(t *testing.T) {
	t.Parallel()
	var endpoints []webhook.Endpoint
	for i := range 21 {
		endpoints = append(endpoints, made(int64(i+1), webhook.Enabled))
	}
	p, r := routing(t, endpoints...)
	var events []*journal.Event
	for i := range 1000 {
		events = append(events, happened(int64(i+100), "transferred", nil))
	}
	acted, err := r.Route(t.Context(), events)
	require.NoError(t, err)
	assert.True(t, acted)
	assert.Len(t, p.due, 21_000)
	assert.Equal(t, 10_000, p.together)
}

// What happens while an endpoint is off is kept for as long as what failed, and no longer.
func TestAnEndpointThatIsOffForGood(t *testing.T) {
	t.Parallel()
	off := made(1, webhook.Disabled)
	p, r := routing(t, off)
	last, late := happened(10, "transferred", nil), happened(11, "transferred", nil)
	last.RecordedAt, late.RecordedAt = at(1).Add(webhook.KeepFailed-1), at(1).Add(webhook.KeepFailed)
	_, err := r.Route(t.Context(), []*journal.Event{last, late})
	require.NoError(t, err)
	assert.Equal(t, map[int64]webhook.DeliveryStatus{10: webhook.Failed}, p.of(off))
}

func TestWithNobodyToTellNothingIsDone(t *testing.T) {
	t.Parallel()
	p, r := routing(t)
	acted, err := r.Route(t.Context(), []*journal.Event{happened(10, "transferred", nil)})
	require.NoError(t, err)
	assert.False(t, acted)
	since, err := r.Begin(t.Context())
	require.NoError(t, err)
	assert.Equal(t, int64(math.MaxInt64), since)
	p.away = errors.New("the database is away")
	_, err = r.Route(t.Context(), []*journal.Event{happened(10, "transferred", nil)})
	require.ErrorIs(t, err, p.away)
	_, err = r.Begin(t.Context())
	require.ErrorIs(t, err, p.away)
}

func TestEndpointsThatAreOffOrGone(t *testing.T) {
	t.Parallel()
	on, off := made(1, webhook.Enabled), made(2, webhook.Disabled)
	p, r := routing(t, on, off)
	gone := made(3, webhook.Enabled).ID
	_, err := r.Route(t.Context(), []*journal.Event{
		happened(5, webhook.TypeEndpointCreated, webhook.Created{EndpointID: on.ID}),
		happened(6, webhook.TypeEndpointDisabled, webhook.SwitchedOff{EndpointID: on.ID}), // and enabled again since
		happened(7, webhook.TypeEndpointDisabled, webhook.SwitchedOff{EndpointID: off.ID}),
		happened(8, webhook.TypeEndpointChanged, webhook.Changed{EndpointID: off.ID}),
		happened(9, webhook.TypeSecretRotated, webhook.SecretRotated{EndpointID: on.ID, Dropped: []string{"whk_1", "whk_2"}}),
		happened(10, webhook.TypeEndpointDeleted, webhook.Deleted{EndpointID: gone, Dropped: []string{"whk_3"}}),
	})
	require.NoError(t, err)
	assert.Equal(t, []string{off.ID, off.ID}, p.stopped)
	assert.Equal(t, []string{gone}, p.dropped)
	assert.Equal(t, []string{"whk_1", "whk_2", "whk_3"}, p.discarded)
}
