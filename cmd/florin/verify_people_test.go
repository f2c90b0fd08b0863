package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/query"
	"github.com/florinledger/florin/users/seal"
)

// asker sends commands to a service's writer as its API does, without the forms and the keys of the edge.
type asker struct {
	t          *testing.T
	dispatcher *journal.Dispatcher
	reads      *readmodel.Reads
}

func (s *service) asker() *asker {
	s.t.Helper()
	pool, err := openPool(context.Background(), s.settings.DatabaseURL, 4, 0)
	require.NoError(s.t, err)
	s.t.Cleanup(pool.Close)
	conn, err := natsbus.Connect(s.nats.URL(), natsbus.Options{Log: slog.New(slog.DiscardHandler)})
	require.NoError(s.t, err)
	s.t.Cleanup(conn.Close)
	js, err := natsbus.JetStream(conn)
	require.NoError(s.t, err)
	bus, err := natsbus.NewBus(js, slog.New(slog.DiscardHandler))
	require.NoError(s.t, err)
	s.t.Cleanup(func() { require.NoError(s.t, bus.Close()) })
	store := postgres.NewStore(pool)
	return &asker{t: s.t, dispatcher: journal.NewDispatcher(shard, bus, store, store, time.Now), reads: readmodel.NewReads(pool)}
}

// ask has a command decided under a key.
func (a *asker) ask(key, commandType string, body any) (journal.Answer, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return journal.Answer{}, err
	}
	return a.dispatcher.Do(context.Background(), journal.Command{
		ID: journal.NewCommandID("test", key), Type: commandType, Data: data, Actor: "test",
	})
}

// do has a command done and returns its position.
func (a *asker) do(key, commandType string, body any) journal.Outcome {
	a.t.Helper()
	answer, err := a.ask(key, commandType, body)
	require.NoError(a.t, err)
	require.Nil(a.t, answer.Outcome.Refusal, key)
	return answer.Outcome
}

// People and messages are outside of any ledger. The books are verified with them in it: the writer's, the
// projection's, and what somebody changed behind their backs is found.
func TestVerifyPeople(t *testing.T) {
	t.Parallel()
	s := startService(t)
	a := s.asker()
	person := func(n int) string { return journal.FormatID("usr", [16]byte{6: 7 << 4, 8: 2 << 6, 15: byte(n)}) }
	sealed := seal.Text("sealed")
	register := func(n int, token string) users.RegisterUser {
		return users.RegisterUser{UserID: person(n), EmailToken: token, Email: sealed, Name: sealed, Credential: sealed}
	}

	// A hundred want one address at the same time. One gets it.
	var wg sync.WaitGroup
	ends := make(chan error, 100)
	var registered, again atomic.Int64
	for n := range 100 {
		wg.Go(func() {
			answer, err := a.ask(fmt.Sprint("crowd ", n), users.CommandRegister, register(100+n, "crowd"))
			for _, e := range answer.Events {
				switch e.Type {
				case users.TypeRegistered:
					registered.Add(1)
				case users.TypeRegisteredAgain:
					again.Add(1)
				}
			}
			ends <- err
		})
	}
	wg.Wait()
	close(ends)
	for err := range ends {
		require.NoError(t, err)
	}
	require.Equal(t, []int64{1, 99}, []int64{registered.Load(), again.Load()})

	_, err := s.app.vault.Create(t.Context(), person(1)) // without a key there is no mailbox
	require.NoError(t, err)
	a.do("ann", users.CommandRegister, register(1, "ann"))
	a.do("bob", users.CommandRegister, register(2, "bob"))
	a.do("ann confirms", users.CommandConfirmEmail, users.ConfirmEmail{UserID: person(1), EmailToken: "ann"})
	require.Zero(t, a.do("ann confirms again", users.CommandConfirmEmail, users.ConfirmEmail{UserID: person(1), EmailToken: "ann"}).Count)
	a.do("ann moves", users.CommandChangeUser, users.ChangeUser{
		UserID: person(1), EmailToken: "ann2", Email: sealed, Roles: []string{"user", "finance"}, ByAdmin: true,
	})
	a.do("ann's note", messaging.CommandSendMessage, messaging.SendMessage{
		From: person(1), To: person(1), Kind: messaging.KindNote, Body: sealed, ToKey: sealed,
	})
	a.do("bob's password", users.CommandChangeUser, users.ChangeUser{UserID: person(2), Credential: sealed})
	a.do("bob goes", users.CommandEraseUser, users.EraseUser{UserID: person(2)})
	last := a.do("a key", users.CommandCreateAPIKey, users.CreateAPIKey{Name: "shop", Roles: []string{"service"}, Digest: strings.Repeat("a", 64)})
	_, err = a.reads.Await(t.Context(), last.Position, query.Users)
	require.NoError(t, err)
	erased, position, ok, err := a.reads.User(t.Context(), person(2))
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, last.Position, position)
	require.Equal(t, users.StatusErased, erased.Status)
	s.stop()
	s.verify()

	super, err := pgx.Connect(t.Context(), pgtest.Super(t, s.settings.DatabaseURL))
	require.NoError(t, err)
	defer super.Close(context.WithoutCancel(t.Context()))
	_, err = super.Exec(t.Context(), `CREATE TABLE kept AS TABLE state`)
	require.NoError(t, err)
	for name, harm := range map[string]string{
		"somebody's roles":       `UPDATE state SET data = replace(data::text, 'finance', 'admin')::json WHERE key = 'user/` + person(1) + `'`,
		"somebody who came back": `UPDATE state SET data = replace(data::text, 'erased', 'active')::json WHERE key = 'user/` + person(2) + `'`,
		"an address":             `UPDATE state SET data = replace(data::text, 'retired', 'tired')::json WHERE key = 'email/bob'`,
		"a key":                  `DELETE FROM state WHERE key LIKE 'api-key/%'`,
		"a message":              `UPDATE state SET data = replace(data::text, '` + person(1) + `', '` + person(2) + `')::json WHERE key LIKE 'message/%'`,
	} {
		tag, err := super.Exec(t.Context(), harm)
		require.NoError(t, err, name)
		require.Equal(t, int64(1), tag.RowsAffected(), name)
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"verify", "--database-url", s.settings.DatabaseURL}, &out, &errs)
		require.Equal(t, 1, code, "%s: %s%s", name, out.String(), errs.String())
		require.Contains(t, out.String(), "state:", name)
		_, err = super.Exec(t.Context(), `DELETE FROM state; INSERT INTO state TABLE kept`)
		require.NoError(t, err)
	}
}
