package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/adapters/rediscache"
	"github.com/florinledger/florin/adapters/rediscache/redistest"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/users/query"
)

// benchCrowd is how many people there are. Each may sign in five times in a minute, which bounds -benchtime times
// -count of signing in: about ten seconds.
const benchCrowd = 100

const (
	// benchPatience is how long what is prepared may take to be seen, and benchPause separates two looks.
	benchPatience = time.Minute
	benchPause    = 10 * time.Millisecond
)

// benchTown is the whole service with people in it: Postgres syncs each commit, Redis is a real one. plain is
// another instance of its API, which has no Redis.
type benchTown struct {
	settings *settings
	redis    *redistest.Server
	service  benchCaller
	plain    benchCaller
	people   []string // ids, of resident(i)'s address
}

// benchTownOf starts a service and registers people, all of whom have confirmed their addresses.
func benchTownOf(b *testing.B, people int) *benchTown {
	b.Helper()
	t := &benchTown{settings: benchSettings(b), redis: redistest.Start(b), people: make([]string, people)}
	t.settings.TrustedProxies = []string{"127.0.0.1"}
	without := *t.settings
	t.settings.RedisURL = t.redis.URL()
	t.service = benchService(b, t.settings, allRoles(), benchPayers+benchKnockers)
	t.plain = benchService(b, &without, roles{roleAPI}, benchPayers+benchKnockers)
	var group errgroup.Group
	group.SetLimit(8)
	for i := range people {
		group.Go(func() (err error) { t.people[i], err = t.register(b.Context(), i); return err })
	}
	require.NoError(b, group.Wait())
	t.service.token = benchToken(b, t.settings)
	t.plain.token = t.service.token
	return t
}

// resident is the address of somebody, and clientOf an address on the network: limits go by it.
func resident(i int) string { return fmt.Sprintf("resident-%d@example.com", i) }

func clientOf(i int64) []string {
	return []string{"X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255)}
}

func credentials(email string) string {
	return fmt.Sprintf(`{"email":%q,"password":%q}`, email, goodPassword)
}

// register registers somebody, and confirms the address with the link that is mailed.
func (t *benchTown) register(ctx context.Context, i int) (id string, err error) {
	nobody, client := t.service, clientOf(int64(i))
	nobody.token = ""
	answer, _, err := nobody.call(ctx, http.StatusCreated, http.MethodPost, "/v1/users", credentials(resident(i)), client...)
	if err != nil {
		return "", err
	}
	var registered struct{ ID string }
	if err := json.Unmarshal(answer, &registered); err != nil {
		return "", err
	}
	secret, err := t.settings.readSecret()
	if err != nil {
		return "", err
	}
	links, err := desk.NewLinks(secret)
	if err != nil {
		return "", err
	}
	u, _, err := postgres.NewDirectory(t.service.app.reads).User(ctx, registered.ID)
	if err != nil {
		return "", err
	}
	link, err := links.Sign(desk.Link{Purpose: desk.PurposeConfirm, UserID: registered.ID, EmailToken: u.EmailToken,
		SessionVersion: u.SessionVersion, ExpiresAt: time.Now().Add(time.Hour)})
	if err != nil {
		return "", err
	}
	_, _, err = nobody.call(ctx, http.StatusNoContent, http.MethodPost, "/v1/users/confirm", fmt.Sprintf(`{"token":%q}`, link), client...)
	return registered.ID, err
}

// signIn signs somebody in, from an address that nobody else has.
func (t *benchTown) signIn(ctx context.Context, i int64) (access string, err error) {
	nobody := t.service
	nobody.token = ""
	answer, _, err := nobody.call(ctx, http.StatusOK, http.MethodPost, "/v1/login", credentials(resident(int(i)%len(t.people))), clientOf(i)...)
	var tokens struct {
		Access string `json:"access_token"`
	}
	if err == nil {
		err = json.Unmarshal(answer, &tokens)
	}
	return tokens.Access, err
}

// as returns somebody who has signed in.
func (t *benchTown) as(b *testing.B, i int64) benchCaller {
	b.Helper()
	c := t.service
	var err error
	c.token, err = t.signIn(b.Context(), i)
	require.NoError(b, err)
	return c
}

func (t *benchTown) somebody(i int64) string { return t.people[int(i)%len(t.people)] }

// BenchmarkPeople is what people cost: reading one with Redis and without, through HTTP and below it, letting a
// request in, and signing in.
func BenchmarkPeople(b *testing.B) {
	t := benchTownOf(b, benchCrowd)
	get := func(c benchCaller) func(context.Context, int64) error {
		return func(ctx context.Context, i int64) error {
			_, _, err := c.call(ctx, http.StatusOK, http.MethodGet, "/v1/users/"+t.somebody(i), "")
			return err
		}
	}
	row := func(c benchCaller, cache *rediscache.Cache[query.User]) func(context.Context, int64) error {
		reads := readmodel.NewReads(c.app.reads)
		return func(ctx context.Context, i int64) error {
			_, _, ok, err := cache.Through(ctx, t.somebody(i), 0, func(ctx context.Context) (query.User, int64, bool, error) {
				return reads.User(ctx, t.somebody(i))
			})
			if err == nil && !ok {
				err = fmt.Errorf("%s is not there", t.somebody(i))
			}
			return err
		}
	}
	t.warm(b, get(t.service))
	cache, none := rediscache.NewCache[query.User](t.service.app.redis, "user-1"), rediscache.NewCache[query.User](t.plain.app.redis, "user-1")
	for _, connections := range []int{1, 16} {
		b.Run(fmt.Sprintf("get/connections=%d", connections), func(b *testing.B) {
			benchTurns(b, connections, benchSide{name: "redis", do: get(t.service)}, benchSide{name: "postgres", do: get(t.plain)})
		})
		b.Run(fmt.Sprintf("row/connections=%d", connections), func(b *testing.B) {
			benchTurns(b, connections, benchSide{name: "redis", do: row(t.service, cache)}, benchSide{name: "postgres", do: row(t.plain, none)})
		})
	}
	var signIns atomic.Int64 // of all runs: each is somebody else's turn
	b.Run("sign-in", func(b *testing.B) {
		benchTurns(b, 1, benchSide{name: "login", do: func(ctx context.Context, _ int64) error {
			_, err := t.signIn(ctx, signIns.Add(1))
			return err
		}})
	})
	t.benchAuthenticate(b)
}

// warm reads everybody once, until all of them are in Redis.
func (t *benchTown) warm(b *testing.B, get func(context.Context, int64) error) {
	b.Helper()
	require.Eventually(b, func() bool {
		for i := range t.people {
			if get(b.Context(), int64(i)) != nil {
				return false // the projection is on its way
			}
		}
		kept := 0
		for key, value := range t.redis.Values() {
			if strings.Contains(key, "usr_") && !strings.HasPrefix(value, ":") {
				kept++
			}
		}
		return kept == len(t.people)
	}, benchPatience, benchPause)
}

// benchAuthenticate measures what each request pays for being let in.
func (t *benchTown) benchAuthenticate(b *testing.B) {
	keys, err := authn.LoadKeys(t.settings.TokenKeys)
	require.NoError(b, err)
	authenticate, err := t.service.app.authenticator(keys)
	require.NoError(b, err)
	for name, token := range map[string]string{"session": t.as(b, 0).token, "service": t.service.token} {
		b.Run("authenticate/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := authenticate(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
