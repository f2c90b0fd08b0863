package main

import (
	"context"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/natsbus"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/ledger/journal"
)

// addFeed makes the process hear of what changes elsewhere, and remember sessions by it. Others who
// want to hear add themselves to a.feed before the process runs.
func (a *app) addFeed(ctx context.Context, s *settings, js jetstream.JetStream) (err error) {
	if a.auth, err = openPool(ctx, s.DatabaseURL, authConnections, authTimeout); err != nil {
		return err
	}
	store := postgres.NewStore(a.auth)
	a.feed = natsbus.NewFeed(js, func(ctx context.Context) (journal.Head, error) { return store.Head(ctx, shard) },
		natsbus.FeedConfig{Shard: shard, Log: a.log})
	a.sessions, err = authn.NewSessions(
		postgres.NewSessions(a.auth, postgres.SessionsConfig{}).Standing, postgres.NewDirectory(a.auth).APIKey,
		a.feed.Fresh, authn.SessionsConfig{})
	if err != nil {
		return err
	}
	a.feed.Listen(forgetful(a.sessions))
	a.metrics.Feed(a.feed.Fresh)
	a.does(a.feed.Run)
	return nil
}

// forgetful makes what is remembered of sessions follow what is heard of them.
func forgetful(s *authn.Sessions) natsbus.Listener {
	return natsbus.Listener{
		OnUser:         func(userID, _ string, _ int64) { s.ForgetUser(userID) },
		OnAPIKey:       s.ForgetAPIKey,
		OnSessionEnded: s.ForgetSession,
		OnGap:          s.ForgetAll,
	}
}
