package postgres

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
)

// people is a database whose decision state is what commands of people made of it: decided and evolved as
// the writer does, and written as it is stored.
type people struct {
	pool  *pgxpool.Pool
	bench *journal.Bench
}

func newPeople(t testing.TB) *people {
	t.Helper()
	config, err := pgxpool.ParseConfig(pgtest.Database(t))
	require.NoError(t, err)
	config.MaxConns = 8 // more than the two that a small machine gets: some tests are about a crowd
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	registry := journal.NewRegistry()
	users.Register(registry)
	wallet.Register(registry)
	webhook.Register(registry)
	alert.Register(registry)
	return &people{pool: pool, bench: journal.NewBench(registry)}
}

// tell decides a command and stores the state after it.
func (p *people) tell(t testing.TB, name string, command any) {
	t.Helper()
	data, err := json.Marshal(command)
	require.NoError(t, err)
	_, _, err = p.bench.Decide(journal.Command{Type: name, Data: data, Actor: "test"}, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	state, err := p.bench.State()
	require.NoError(t, err)
	for key, data := range state {
		run(t, p.pool, `INSERT INTO state (version, based_on, shard, key, data) VALUES (1, 0, 0, $1, $2)
			ON CONFLICT (key, shard) DO UPDATE SET data = excluded.data`, key, data)
	}
}

// register makes a person, whose address has the token "tok-" and the number, and returns their id and session
// version.
func (p *people) register(t testing.TB, n byte) (userID string, version int64) {
	t.Helper()
	userID = journal.FormatID("usr", [16]byte{15: n})
	p.tell(t, users.CommandRegister, users.RegisterUser{
		UserID: userID, EmailToken: "tok-" + string('0'+n), Email: seal.Text("sealed email"), Credential: seal.Text("sealed hash"),
	})
	return userID, p.state(t, userID).SessionVersion
}

// state is a person's state as the directory finds it.
func (p *people) state(t testing.TB, userID string) users.State {
	t.Helper()
	u, ok, err := NewDirectory(p.pool).User(t.Context(), userID)
	require.NoError(t, err)
	require.True(t, ok)
	return u
}
