package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/natsbus"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
)

// folk is what the edge does with people, done by hand against a running service.
type folk struct {
	t         *testing.T
	s         *service
	commands  *journal.Dispatcher
	sessions  *postgres.Sessions
	directory *postgres.Directory
	feed      *natsbus.Feed // only to tell of sign-outs
	n         int
}

func newFolk(t *testing.T, s *service) *folk {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	pool, err := openPool(t.Context(), s.settings.DatabaseURL, 4, 0)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	conn, err := natsbus.Connect(s.nats.URL(), natsbus.Options{Log: quiet})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	js, err := natsbus.JetStream(conn)
	require.NoError(t, err)
	bus, err := natsbus.NewBus(js, quiet)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bus.Close()) })
	store := postgres.NewStore(pool)
	return &folk{
		t: t, s: s, commands: journal.NewDispatcher(shard, bus, store, store, time.Now),
		sessions: postgres.NewSessions(pool, postgres.SessionsConfig{}), directory: postgres.NewDirectory(pool),
		feed: natsbus.NewFeed(js, nil, natsbus.FeedConfig{}),
	}
}

// do has a command decided.
func (p *folk) do(commandType string, body any) journal.Answer {
	p.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(p.t, err)
	p.n++
	a, err := p.commands.Do(p.t.Context(), journal.Command{
		ID: journal.NewCommandID("usr_admin", string(rune('a'+p.n))), Type: commandType, Data: data, Actor: "usr_admin",
	})
	require.NoError(p.t, err)
	require.Equal(p.t, journal.Done, a.Outcome.Status, "%s", commandType)
	return a
}

// register makes a person known.
func (p *folk) register() (userID string) {
	p.t.Helper()
	var id [16]byte
	rand.Read(id[:])
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	userID = journal.FormatID("usr", id)
	p.do(users.CommandRegister, users.RegisterUser{
		UserID: userID, EmailToken: hex.EncodeToString(id[:]), Email: []byte("sealed"), Credential: []byte("sealed"),
	})
	return userID
}

// signIn begins a session of a person.
func (p *folk) signIn(userID string) (token, refresh, sessionID string) {
	p.t.Helper()
	u, ok, err := p.directory.User(p.t.Context(), userID)
	require.NoError(p.t, err)
	require.True(p.t, ok)
	session, refresh, err := p.sessions.Begin(p.t.Context(), userID, u.SessionVersion)
	require.NoError(p.t, err)
	token, err = p.s.minter.Mint(authn.Claims{
		Subject: userID, Roles: []string{users.RoleAdmin}, Session: session.ID, TTL: authn.AccessTokenTTL,
	})
	require.NoError(p.t, err)
	return token, refresh, session.ID
}

// setRoles gives a person roles, and waits for the outcome.
func (p *folk) setRoles(userID string, roles ...string) {
	p.t.Helper()
	p.do(users.CommandChangeUser, users.ChangeUser{UserID: userID, Roles: roles, ByAdmin: true})
}

// felt waits until a token is answered so by every process, and asserts that none took as long as it
// would have by itself.
func (p *folk) felt(token string, status int, processes ...*service) {
	p.t.Helper()
	since := time.Now()
	var all sync.WaitGroup
	for _, s := range processes {
		all.Go(func() {
			c := &caller{s: s, t: p.t, token: token}
			for {
				a, err := c.try(http.MethodGet, "/v1/ledgers", nil)
				if err != nil || a.Status == status || time.Since(since) > authn.Remembered/2 {
					break
				}
			}
		})
	}
	all.Wait()
	for _, s := range processes {
		(&caller{s: s, t: p.t, token: token}).get("/v1/ledgers").is(status)
	}
	require.Less(p.t, time.Since(since), authn.Remembered/2)
}

// What a person or a key may do is the same in every process soon after it has changed, with the bus and
// without.
func TestChangesOfPeopleAreFeltEverywhere(t *testing.T) {
	t.Parallel()
	one := startService(t)
	two := one.twin(t)
	p := newFolk(t, one)
	anna, ben := p.register(), p.register()
	token, refresh, session := p.signIn(anna)
	second, _, _ := p.signIn(anna)
	bens, _, _ := p.signIn(ben)

	p.felt(token, http.StatusForbidden, one, two) // the token says admin; nobody asks the token
	p.setRoles(anna, users.RoleFinance)
	p.felt(token, http.StatusOK, one, two)
	p.felt(bens, http.StatusForbidden, one, two)
	p.setRoles(anna, users.RoleUser)
	p.felt(token, http.StatusForbidden, one, two)

	ended, ok, err := p.sessions.End(t.Context(), refresh)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, session, ended)
	require.NoError(t, p.feed.EndSession(t.Context(), ended))
	p.felt(token, http.StatusUnauthorized, one, two)
	p.felt(second, http.StatusForbidden, one, two)

	secret, digest := authn.NewAPIKey()
	p.felt(secret, http.StatusUnauthorized, one, two)
	made := p.do(users.CommandCreateAPIKey, users.CreateAPIKey{Name: "shop", Roles: []string{users.RoleFinance}, Digest: digest})
	p.felt(secret, http.StatusOK, one, two)
	var created users.APIKeyCreated
	require.NoError(t, json.Unmarshal(made.Events[0].Data, &created))
	p.do(users.CommandRevokeAPIKey, users.RevokeAPIKey{KeyID: created.KeyID})
	p.felt(secret, http.StatusUnauthorized, one, two)

	one.nats.Stop()
	p.setRoles(anna, users.RoleFinance)
	p.felt(second, http.StatusOK, one, two)
	one.nats.Restart(false)
	p.do(users.CommandEraseUser, users.EraseUser{UserID: anna})
	p.felt(second, http.StatusUnauthorized, one, two)
	p.felt(bens, http.StatusForbidden, one, two)
	one.verify()
}
