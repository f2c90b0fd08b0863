package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/florinledger/florin/adapters/httpapi"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/adapters/webhooks"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
)

const (
	// webhookSweep is how often deliveries that are kept no longer are taken away.
	webhookSweep = time.Hour
	// webhookWatch is how often the oldest delivery that waits is looked for.
	webhookWatch = 15 * time.Second
	// webhookPrincipal is who switches endpoints off.
	webhookPrincipal = "florin:webhooks"
)

// addWebhooks tells other systems what happens.
func (a *app) addWebhooks(ctx context.Context, s *settings, registry *journal.Registry, tail *journal.Tail, points journal.Checkpoints, commands *journal.Dispatcher) (err error) {
	if a.hooks, err = openPool(ctx, s.DatabaseURL, s.hooks(), 0); err != nil {
		return err
	}
	store, reads, directory, queue := postgres.NewStore(a.hooks), readmodel.NewReads(a.hooks), postgres.NewDirectory(a.hooks), postgres.NewWebhooks(a.hooks)
	events := httpapi.NewEvents(registry, httpapi.EventPorts{Journal: store, Positions: reads, Balances: reads, Wallets: reads})
	router := webhook.NewRouter(registry, events.Name, directory, queue, a.vault, time.Now)
	a.reacts(journal.NewPageReactor(webhookReactor, tail, points, router.Begin, router.Wants, router.Route, a.log))

	client, counts := webhooks.NewClient(webhooks.NewGuard(s.WebhooksAllowPrivate)), a.metrics.Webhooks()
	sender := webhooks.NewSender(webhooks.Ports{
		Store: queue, Directory: directory, Vault: a.vault, Render: outgoing{store, events}.render, Post: a.posts(client), Disable: endpoints{commands}.disable,
	}, a.log, webhooks.Config{
		Done: func(o webhooks.Outcome) { counts.Sent(string(o)) }, Off: func(r webhook.Reason) { counts.Disabled(string(r)) },
	})
	a.does(func(ctx context.Context) error {
		defer client.Close()
		return sender.Run(ctx)
	})
	a.does(func(ctx context.Context) error {
		return every(ctx, webhookSweep, func(ctx context.Context) error {
			_, err := queue.Sweep(ctx, time.Now())
			return err
		}, func(err error) { a.log.Warn("old webhook deliveries cannot be taken away", "error", err) })
	})
	a.does(func(ctx context.Context) error {
		return every(ctx, webhookWatch, func(ctx context.Context) error {
			oldest, err := queue.Oldest(ctx)
			if err == nil {
				counts.Oldest(oldest)
			}
			return err
		}, func(err error) { a.log.Warn("webhooks that wait cannot be looked for", "error", err) })
	})
	return nil
}

// outgoing makes what is sent of events.
type outgoing struct {
	store  *postgres.Store
	events *httpapi.Events
}

// render makes the body of what is sent of an event. Errors: webhooks.ErrNoEvent.
func (o outgoing) render(ctx context.Context, place journal.PlaceID) (body []byte, trace string, err error) {
	found, err := o.store.EventsAt(ctx, place.Shard(), []int64{place.Position()})
	if err != nil {
		return nil, "", err
	}
	if len(found) != 1 || !place.Names(&found[0]) {
		return nil, "", webhooks.ErrNoEvent
	}
	body, err = o.events.Show(ctx, &found[0])
	return body, found[0].Trace, err
}

// posts posts by a client, and has it measured.
func (a *app) posts(client *webhooks.Client) func(context.Context, webhooks.Request) webhooks.Result {
	return func(ctx context.Context, r webhooks.Request) webhooks.Result {
		ctx, ended := a.observer.Calling(ctx, "webhook", r.Trace)
		result := client.Post(ctx, r)
		ended(result.Code)
		return result
	}
}

// endpoints switches endpoints off.
type endpoints struct{ commands *journal.Dispatcher }

// disable asks for the end of an endpoint, under one name for each version of it.
func (x endpoints) disable(ctx context.Context, e webhook.Endpoint, reason webhook.Reason) (done bool, err error) {
	data, err := journal.Marshal(webhook.DisableEndpoint{EndpointID: e.ID, Version: e.Version, Reason: reason})
	if err != nil {
		return false, err
	}
	name := fmt.Sprintf("disable %s %d %s", e.ID, e.Version, reason)
	digest := sha256.Sum256([]byte(name))
	a, err := x.commands.Record(ctx, journal.Command{
		ID: journal.NewCommandID(webhookPrincipal, name), Type: webhook.CommandDisableEndpoint, Data: data,
		Hash: [16]byte(digest[:16]), Actor: webhookPrincipal,
	})
	return err == nil && !a.Replayed && a.Outcome.Count > 0, err
}
