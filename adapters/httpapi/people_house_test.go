package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/people"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/query"
	"github.com/florinledger/florin/users/seal/sealtest"
	"github.com/florinledger/florin/wallet/payment"
)

// lobby is what of the house people go through. The desk is the real one, over a vault in memory.
type lobby struct {
	house *house
	vault *sealtest.Vault
	links *desk.Links
	desk  *desk.Desk
	mails chan desk.Mail

	mu sync.Mutex
	// hashes counts passwords that were hashed or held against a hash; busy has no time for another;
	// stale wants all of them hashed anew.
	hashes      int
	busy, stale bool
	sessions    map[string]*visit // by refresh token
	ended       []string
	keys        int
	used        map[string]time.Time
	cached      map[string]kept
	cacheReads  int
}

// visit is a session in memory: its tokens share it.
type visit struct {
	users.Session
	over bool
	used map[string]bool
}

// kept is what a cache has of a person.
type kept struct {
	user     query.User
	position int64
}

func newLobby(h *house) *lobby {
	l := &lobby{
		house: h, vault: sealtest.NewVault(), mails: make(chan desk.Mail, 100),
		sessions: map[string]*visit{}, used: map[string]time.Time{}, cached: map[string]kept{},
	}
	var err error
	l.links, err = desk.NewLinks([]byte("secret"))
	require.NoError(h.t, err)
	l.desk, err = desk.New(h.registry, l.links, desk.Ports{
		Vault: l.vault, Directory: h, Hasher: l, Sessions: l, Mailer: l,
	}, desk.Config{Now: h.clock})
	require.NoError(h.t, err)
	return l
}

// run has the desk do its background work until the test ends.
func (l *lobby) run(t *testing.T) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- l.desk.Run(t.Context()) }()
	t.Cleanup(func() { require.NoError(t, <-done) })
}

func (l *lobby) ports() people.Ports {
	return people.Ports{
		Desk: l.desk, Directory: l.house, Sessions: l, Addresses: l.vault, Users: readUsers{l.house}, Cache: l, KeyUses: l, Tokens: l, Ends: l, Memberships: club{l.house},
		Handovers: payment.NewSealer(l.vault), Provider: payment.Stripe, Billing: deliveries{l.house},
		NewAPIKey: func() (string, string) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.keys++
			return fmt.Sprintf("florin_sk_%043d", l.keys), fmt.Sprintf("%064d", l.keys)
		},
	}
}

// mail returns the next letter that is sent.
func (l *lobby) mail() desk.Mail {
	l.house.t.Helper()
	select {
	case m := <-l.mails:
		return m
	case <-time.After(waitFor):
		require.Fail(l.house.t, "no letter came")
		return desk.Mail{}
	}
}

// link is what would be mailed to somebody: for the address that waits, if one does.
func (l *lobby) link(purpose desk.Purpose, userID string) string {
	l.house.t.Helper()
	u, ok, err := l.house.User(l.house.t.Context(), userID)
	require.NoError(l.house.t, err)
	require.True(l.house.t, ok)
	link := desk.Link{
		Purpose: purpose, UserID: userID, EmailToken: u.EmailToken, SessionVersion: u.SessionVersion, ExpiresAt: l.house.clock().Add(time.Hour),
	}
	if purpose == desk.PurposeConfirm && u.Pending != nil {
		link.EmailToken = u.Pending.EmailToken
	}
	text, err := l.links.Sign(link)
	require.NoError(l.house.t, err)
	return text
}

// --- ports of the desk ---

func (l *lobby) Hash(_ context.Context, password string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hashes++
	if l.busy {
		return "", desk.ErrBusy
	}
	return "hash of " + password, nil
}

func (l *lobby) Verify(_ context.Context, password, hash string) (ok, stale bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hashes++
	if l.busy {
		return false, false, desk.ErrBusy
	}
	return hash == "hash of "+password, l.stale, nil
}

func (l *lobby) Send(_ context.Context, m desk.Mail) error {
	l.mails <- m
	return nil
}

func (l *lobby) Purge(_ context.Context, userID string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for token, v := range l.sessions {
		if v.UserID == userID {
			delete(l.sessions, token)
		}
	}
	return nil
}

// --- sessions ---

func (l *lobby) Begin(_ context.Context, userID string, version int64) (users.Session, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := &visit{Session: users.Session{ID: fmt.Sprintf("ses_%d", len(l.sessions)+1), UserID: userID, Version: version}, used: map[string]bool{}}
	return v.Session, l.issue(v), l.house.fault()
}

func (l *lobby) issue(v *visit) string {
	token := fmt.Sprintf("florin_rt_%s_%d", v.ID, len(v.used)+1)
	l.sessions[token] = v
	return token
}

func (l *lobby) Refresh(ctx context.Context, refresh string) (users.Session, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.house.fault(); err != nil {
		return users.Session{}, "", err
	}
	v := l.sessions[refresh]
	if v == nil {
		return users.Session{}, "", desk.ErrRefreshInvalid
	}
	if v.used[refresh] {
		v.over = true
		return v.Session, "", desk.ErrRefreshReused
	}
	now, _, _ := l.house.User(ctx, v.UserID)
	if v.over || now.Status != users.StatusActive || now.SessionVersion != v.Version {
		return users.Session{}, "", desk.ErrRefreshInvalid
	}
	v.used[refresh] = true
	return v.Session, l.issue(v), nil
}

func (l *lobby) End(_ context.Context, refresh string) (string, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.sessions[refresh]
	if v == nil || v.over {
		return "", false, l.house.fault()
	}
	v.over = true
	return v.ID, true, l.house.fault()
}

func (l *lobby) EndSession(_ context.Context, sessionID string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = append(l.ended, sessionID)
	return l.house.fault()
}

// Mint makes a token that authenticateByName believes.
func (l *lobby) Mint(userID, _ string, roles []string, _ query.Member) (string, time.Duration, error) {
	return userID + "=" + strings.Join(roles, ","), 15 * time.Minute, nil
}

// --- reads ---

// Through keeps a person until something newer is asked for, as a cache does that hears of nothing.
func (l *lobby) Through(ctx context.Context, id string, atLeast int64,
	read func(context.Context) (query.User, int64, bool, error),
) (query.User, int64, bool, error) {
	l.mu.Lock()
	k, ok := l.cached[id]
	l.mu.Unlock()
	if ok && k.position >= atLeast {
		return k.user, k.position, true, nil
	}
	u, at, found, err := read(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cacheReads++
	if found {
		l.cached[id] = kept{u, at}
	}
	return u, at, found, err
}

func (l *lobby) Get(_ context.Context, ids []string) (map[string]time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]time.Time{}
	for _, id := range ids {
		if at, ok := l.used[id]; ok {
			out[id] = at
		}
	}
	return out, l.house.fault()
}

// fault is what every port fails with, if anything.
func (h *house) fault() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.broken
}

// clock is the time of the last command.
func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// stateOf reads a row of decision state.
func stateOf[T any](h *house, kind journal.Kind[T], id string) (value T, ok bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	rows, err := h.bench.State()
	require.NoError(h.t, err)
	text, ok := rows[kind.Key(id)]
	if ok {
		require.NoError(h.t, json.Unmarshal([]byte(text), &value))
	}
	return value, ok, h.broken
}

// User implements desk.Directory.
func (h *house) User(_ context.Context, userID string) (users.State, bool, error) {
	return stateOf(h, users.People(), userID)
}

// Holder implements desk.Directory.
func (h *house) Holder(_ context.Context, token string) (string, bool, error) {
	a, ok, err := stateOf(h, users.Addresses(), token)
	return a.UserID, ok && !a.Retired, err
}

// readUsers is the read model of people, which the house is as far behind as it lags.
type readUsers struct{ *house }

func (r readUsers) User(ctx context.Context, id string) (u query.User, position int64, ok bool, err error) {
	all, err := r.Users(ctx, query.Filter{Limit: 1000})
	if i := slices.IndexFunc(all, func(u query.User) bool { return u.ID == id }); i >= 0 {
		u, ok = all[i], true
	}
	return u, r.reached(), ok, err
}

func (r readUsers) reached() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int64(len(r.bench.Events())) - r.lag
}

func (r readUsers) Users(_ context.Context, f query.Filter) (out []query.User, err error) {
	people := map[string]query.User{}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.bench.Events() {
		if e.Position > int64(len(r.bench.Events()))-r.lag {
			break
		}
		id, ok := strings.CutPrefix(e.Stream, "user/")
		if !ok {
			continue
		}
		u := people[id]
		u.Version = e.Position
		switch b := e.Body.(type) {
		case users.Registered:
			u = query.User{ID: id, Status: users.StatusActive, EmailToken: b.EmailToken, Email: b.Email, Name: b.Name, Roles: b.Roles, CreatedAt: e.RecordedAt, Version: e.Position}
		case users.EmailConfirmed:
			u.EmailToken, u.Email, u.Confirmed, u.PendingEmail = b.EmailToken, b.Email, true, nil
		case users.EmailRequested:
			u.PendingEmail = b.Email
		case users.Renamed:
			u.Name = b.Name
		case users.RolesSet:
			u.Roles = b.Roles
		case users.Erased:
			u = query.User{ID: id, Status: users.StatusErased, CreatedAt: u.CreatedAt, ErasedAt: e.RecordedAt, Version: e.Position}
		}
		people[id] = u
	}
	member := map[string]membership.Status{}
	for _, e := range r.bench.Events() {
		if membership.IDOf(e.Body) != "" {
			m := membership.Membership{}.After(e)
			member[m.UserID] = m.Status
		}
	}
	for _, u := range people {
		if f.Membership != "" && f.Membership != cmp.Or(member[u.ID], query.NoMembership) {
			continue
		}
		if (f.EmailToken == "" || u.EmailToken == f.EmailToken) && (f.Role == "" || slices.Contains(u.Roles, f.Role)) && (f.After == "" || u.ID < f.After) &&
			(f.CreatedAfter.IsZero() || u.CreatedAt.After(f.CreatedAfter)) && (f.CreatedBefore.IsZero() || u.CreatedAt.Before(f.CreatedBefore)) {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b query.User) int { return cmp.Compare(b.ID, a.ID) })
	return out[:min(f.Limit, len(out))], r.broken
}

func (r readUsers) APIKeys(_ context.Context, f query.KeyFilter) (out []query.APIKey, err error) {
	facts(r.house, func(e *journal.Event, b users.APIKeyCreated) {
		out = append(out, query.APIKey{ID: b.KeyID, Name: b.Name, Roles: b.Roles, ExpiresAt: b.ExpiresAt, CreatedAt: e.RecordedAt})
	})
	facts(r.house, func(e *journal.Event, b users.APIKeyRevoked) {
		out[slices.IndexFunc(out, func(k query.APIKey) bool { return k.ID == b.KeyID })].RevokedAt = e.RecordedAt
	})
	slices.Reverse(out)
	out = slices.DeleteFunc(out, func(k query.APIKey) bool { return f.After != "" && k.ID >= f.After })
	return out[:min(f.Limit, len(out))], r.broken
}
