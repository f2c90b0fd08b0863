package main

import (
	"time"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/desk"
)

const (
	// hashQueue is how many passwords wait for their turn, and hashWait how long: a class that registers
	// together, on a busy machine with one processor to spare for it. A request may take longer than that.
	hashQueue = 256
	hashWait  = 15 * time.Second
)

// addDesk makes the desk where people are received, for the API and for the reactors.
func (a *app) addDesk(s *settings, registry *journal.Registry) error {
	secret, err := s.readSecret()
	if err != nil {
		return err
	}
	links, err := desk.NewLinks(secret)
	if err != nil {
		return err
	}
	mailer, err := s.mailer(a.log)
	if err != nil {
		return err
	}
	pool := a.auth // signing in does not wait for lists
	if pool == nil {
		pool = a.work
	}
	a.desk, err = desk.New(registry, links, desk.Ports{
		Vault: a.vault, Directory: postgres.NewDirectory(pool), Hasher: authn.NewHasher(authn.HasherConfig{Queue: hashQueue, Wait: hashWait}),
		Sessions: postgres.NewSessions(pool, postgres.SessionsConfig{}), Mailer: countingMail{mailer, a.metrics},
	}, desk.Config{PublicURL: s.PublicURL, Service: s.ServiceName, Log: a.log})
	if err != nil {
		return err
	}
	a.metrics.Background(a.desk.Waiting, a.desk.Lost)
	a.does(a.desk.Run)
	return nil
}
