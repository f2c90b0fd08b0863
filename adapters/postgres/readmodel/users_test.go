package readmodel_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/query"
	"github.com/florinledger/florin/users/seal"
)

func openUsers(t *testing.T) *library {
	t.Helper()
	l := openLibrary(t)
	users.Register(l.registry)
	return l
}

func personID(n int) string { return fmt.Sprintf("usr_01kkn6wx9dg000g004000000%02d", n) }

func sealed(text string) seal.Text { return seal.Text("sealed " + text) }

// person registers somebody with an address.
func (l *library) person(n int, token string) *journal.Event {
	l.t.Helper()
	return l.do(users.CommandRegister, users.RegisterUser{
		UserID: personID(n), EmailToken: token, Email: sealed(token), Name: sealed("name"), Credential: sealed("hash"),
	})[0]
}

// decided returns what the writer knows of somebody.
func (l *library) decided(id string) (u users.State) {
	l.t.Helper()
	state, err := l.bench.State()
	require.NoError(l.t, err)
	require.NoError(l.t, json.Unmarshal([]byte(state["user/"+id]), &u))
	return u
}

// What is read of a person is what the writer knows, after every event and whichever are projected together.
func TestPersonAsItsEventsLeftIt(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 100} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			l := openUsers(t)
			id, name := personID(1), sealed("name")
			registered := l.person(1, "a")
			var erasedAt time.Time
			reads := func() {
				t.Helper()
				l.project(size)
				want := query.User{ID: id, CreatedAt: registered.RecordedAt, ErasedAt: erasedAt, Name: name, Roles: []string{}}
				u := l.decided(id)
				want.Status, want.EmailToken, want.Email, want.Confirmed, want.Version = u.Status, u.EmailToken, u.Email, u.Confirmed, u.Version
				if u.Roles != nil {
					want.Roles = u.Roles
				}
				if u.Pending != nil {
					want.PendingEmail = u.Pending.Email
				}
				got, position, ok, err := l.reads.User(t.Context(), id)
				require.NoError(t, err)
				require.True(t, ok)
				require.Equal(t, want, got)
				require.Equal(t, l.head.Position, position)
			}
			email := func(token string) {
				l.do(users.CommandChangeUser, users.ChangeUser{UserID: id, EmailToken: token, Email: sealed(token)})
			}
			reads()
			email("a2")
			l.do(users.CommandConfirmEmail, users.ConfirmEmail{UserID: id, EmailToken: "a"})
			reads() // the first address confirmed, and another one waits still
			l.do(users.CommandConfirmEmail, users.ConfirmEmail{UserID: id, EmailToken: "a2"})
			reads()
			email("a3")
			email("a4")
			reads()
			l.do(users.CommandChangeUser, users.ChangeUser{UserID: id, Credential: sealed("new")})
			reads()
			version := l.decided(id).Version
			l.do(users.CommandRehash, users.Rehash{UserID: id, SessionVersion: l.decided(id).SessionVersion, Credential: sealed("again")})
			reads()
			require.Equal(t, version, l.decided(id).Version, "another hash is nothing that others see")
			name = sealed("Ann")
			l.do(users.CommandChangeUser, users.ChangeUser{UserID: id, Name: name, Roles: []string{"user", "finance"}, ByAdmin: true})
			reads()
			name = nil
			l.do(users.CommandChangeUser, users.ChangeUser{UserID: id, NoName: true, Roles: []string{"admin"}, ByAdmin: true})
			email("a5")
			reads()
			erasedAt = l.do(users.CommandEraseUser, users.EraseUser{UserID: id})[0].RecordedAt
			reads()

			var row string
			require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT to_json(p) FROM p_users_1.person p`).Scan(&row))
			require.JSONEq(t, fmt.Sprintf(`{"id":%q,"status":"erased","email_token":null,"email":null,"confirmed":false,"pending_email":null,
				"name":null,"roles":[],"version":%d}`, id, l.head.Position), withoutTimes(t, row))
			require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT count(*)::text FROM p_users_1.person_role`).Scan(&row))
			require.Equal(t, "0", row)
		})
	}
}

// withoutTimes takes the times out of a row.
func withoutTimes(t *testing.T, row string) string {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(row), &m))
	require.NotNil(t, m["created_at"])
	require.NotNil(t, m["erased_at"])
	delete(m, "created_at")
	delete(m, "erased_at")
	data, err := json.Marshal(m)
	require.NoError(t, err)
	return string(data)
}

// Nobody is there at a position, too: what is remembered of that has to know until when it was so.
func TestNobodyAtAPosition(t *testing.T) {
	t.Parallel()
	l := openUsers(t)
	got, position, ok, err := l.reads.User(t.Context(), personID(1))
	require.NoError(t, err)
	require.False(t, ok)
	require.Zero(t, position)
	require.Zero(t, got)
	l.person(2, "b")
	l.project(100)
	_, position, ok, err = l.reads.User(t.Context(), personID(1))
	require.NoError(t, err)
	require.False(t, ok)
	require.Equal(t, int64(1), position)
}

// A reader that began before a change and ends after it names the position from before.
func TestUserAndPositionAreOfOneMoment(t *testing.T) {
	t.Parallel()
	l := openUsers(t)
	l.person(1, "a")
	var reads atomic.Int64
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			u, position, ok, err := l.reads.User(t.Context(), personID(1))
			if err == nil && (!ok && position != 0 || ok && u.Version != position) {
				err = fmt.Errorf("version %d at position %d", u.Version, position)
			}
			if err != nil {
				done <- err
				return
			}
			reads.Add(1)
		}
	}()
	// Each event changes the person, so that its version is the position at every moment.
	for i := 0; (i < 50 || reads.Load() < 200) && len(done) == 0; i++ {
		l.do(users.CommandChangeUser, users.ChangeUser{UserID: personID(1), Name: sealed(fmt.Sprint(i))})
		l.project(1)
	}
	close(stop)
	require.NoError(t, <-done)
}

func TestUserList(t *testing.T) {
	t.Parallel()
	l := openUsers(t)
	var at []time.Time
	for i := range 6 { // ids are made at the edge, so their order is not that of registration
		at = append(at, l.person(9-i, fmt.Sprint("t", i)).RecordedAt)
	}
	roles := func(n int, roles ...string) {
		l.do(users.CommandChangeUser, users.ChangeUser{UserID: personID(n), Roles: roles, ByAdmin: true})
	}
	roles(9, "admin", "user")
	roles(7, "admin")
	roles(5, "admin", "finance")
	roles(8, "admin", "user")
	roles(8, "user")
	l.do(users.CommandEraseUser, users.EraseUser{UserID: personID(5)})
	l.project(4)
	page := query.Filter{Limit: 10}
	with := func(change func(*query.Filter)) query.Filter { f := page; change(&f); return f }
	for name, c := range map[string]struct {
		filter query.Filter
		want   string
	}{
		"all":                {page, "4 5 6 7 8 9"},
		"first page":         {with(func(f *query.Filter) { f.Limit = 2 }), "4 5"},
		"next page":          {with(func(f *query.Filter) { f.After, f.Limit = personID(5), 2 }), "6 7"},
		"past the end":       {with(func(f *query.Filter) { f.After = personID(9) }), ""},
		"after nobody":       {with(func(f *query.Filter) { f.After = personID(99) }), ""},
		"role":               {with(func(f *query.Filter) { f.Role = "admin" }), "7 9"},
		"role, first page":   {with(func(f *query.Filter) { f.Role, f.Limit = "user", 2 }), "4 6"},
		"role, next page":    {with(func(f *query.Filter) { f.Role, f.After = "user", personID(6) }), "8 9"},
		"role of the erased": {with(func(f *query.Filter) { f.Role = "finance" }), ""},
		"email":              {with(func(f *query.Filter) { f.EmailToken = "t2" }), "7"},
		"email and role":     {with(func(f *query.Filter) { f.EmailToken, f.Role = "t2", "admin" }), "7"},
		"email, other role":  {with(func(f *query.Filter) { f.EmailToken, f.Role = "t2", "user" }), ""},
		"email, next page":   {with(func(f *query.Filter) { f.EmailToken, f.After = "t2", personID(7) }), ""},
		"email of erased":    {with(func(f *query.Filter) { f.EmailToken = "t4" }), ""},
		"email, before":      {with(func(f *query.Filter) { f.EmailToken, f.CreatedBefore = "t2", at[2] }), ""},
		"created after":      {with(func(f *query.Filter) { f.CreatedAfter = at[3] }), "4 5"},
		"just before it":     {with(func(f *query.Filter) { f.CreatedAfter = at[3].Add(-time.Nanosecond) }), "4 5 6"},
		"created before":     {with(func(f *query.Filter) { f.CreatedBefore = at[2] }), "8 9"},
		"just after it":      {with(func(f *query.Filter) { f.CreatedBefore = at[2].Add(time.Nanosecond) }), "7 8 9"},
		"between, and role":  {with(func(f *query.Filter) { f.CreatedAfter, f.CreatedBefore, f.Role = at[0], at[5], "user" }), "6 8"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := l.reads.Users(t.Context(), c.filter)
			require.NoError(t, err)
			var got []string
			for _, u := range found {
				got = append(got, strings.TrimLeft(u.ID[len(u.ID)-2:], "0"))
				one, _, _, err := l.reads.User(t.Context(), u.ID)
				require.NoError(t, err)
				require.Equal(t, one, u)
			}
			require.Equal(t, c.want, strings.Join(got, " "))
		})
	}
}

func TestAPIKeyList(t *testing.T) {
	t.Parallel()
	l := openUsers(t)
	var want []query.APIKey
	for i := range 4 {
		e := l.do(users.CommandCreateAPIKey, users.CreateAPIKey{
			Name: fmt.Sprint("shop ", i), Roles: []string{"service", "finance"}, Digest: strings.Repeat(fmt.Sprint(i), 64),
		})[0]
		want = append([]query.APIKey{{
			ID: e.Body.(users.APIKeyCreated).KeyID, Name: fmt.Sprint("shop ", i), Roles: []string{"finance", "service"}, CreatedAt: e.RecordedAt,
		}}, want...)
	}
	end := l.now.Add(time.Hour)
	ends := l.do(users.CommandCreateAPIKey, users.CreateAPIKey{Name: "till", Roles: []string{"service"}, Digest: strings.Repeat("a", 64), ExpiresAt: end})[0]
	want = append([]query.APIKey{{
		ID: ends.Body.(users.APIKeyCreated).KeyID, Name: "till", Roles: []string{"service"}, CreatedAt: ends.RecordedAt, ExpiresAt: end,
	}}, want...)
	want[2].RevokedAt = l.do(users.CommandRevokeAPIKey, users.RevokeAPIKey{KeyID: want[2].ID})[0].RecordedAt
	l.project(2)
	for name, c := range map[string]struct {
		filter query.KeyFilter
		want   []query.APIKey
	}{
		"all":          {query.KeyFilter{Limit: 10}, want},
		"first page":   {query.KeyFilter{Limit: 2}, want[:2]},
		"next page":    {query.KeyFilter{After: want[1].ID, Limit: 2}, want[2:4]},
		"past the end": {query.KeyFilter{After: want[4].ID, Limit: 2}, nil},
	} {
		keys, err := l.reads.APIKeys(t.Context(), c.filter)
		require.NoError(t, err)
		require.Equal(t, c.want, keys, name)
	}
}

// tracer keeps the last statement that was sent.
type tracer struct{ last pgx.TraceQueryStartData }

func (tr *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	tr.last = data
	return ctx
}

func (tr *tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// Every list is read from an index, from where the page begins: nothing is sorted, and nothing is looked at
// that is not in the page.
func TestUserListsAreReadFromIndexes(t *testing.T) {
	t.Parallel()
	l := openUsers(t)
	_, err := l.pool.Exec(t.Context(), `
		INSERT INTO p_users_1.person (id, status, email_token, confirmed, roles, version, created_at)
		SELECT 'usr_' || n, 'active', 't' || n, true, CASE WHEN n % 100 = 0 THEN '{admin,user}'::text[] ELSE '{user}' END, n,
		       '2026-03-14'::timestamptz + n * interval '1 second'
		  FROM generate_series(1, 20000) n;
		INSERT INTO p_users_1.person_role SELECT role, created_at, id FROM p_users_1.person, unnest(roles) role;
		INSERT INTO p_users_1.api_key SELECT 'key_' || n, 'shop', '{service}', NULL, NULL, now() FROM generate_series(1, 20000) n;
		ANALYZE p_users_1.person, p_users_1.person_role, p_users_1.api_key`)
	require.NoError(t, err)
	tr := &tracer{}
	config := l.pool.Config()
	config.ConnConfig.Tracer = tr
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	reads := readmodel.NewReads(pool)
	list := func(f query.Filter) func() (int, error) {
		f.Limit = 20
		return func() (int, error) {
			found, err := reads.Users(t.Context(), f)
			return len(found), err
		}
	}
	for name, c := range map[string]struct {
		read func() (int, error)
		want int
	}{
		"all":   {list(query.Filter{After: "usr_10000"}), 20},
		"role":  {list(query.Filter{Role: "admin", After: "usr_10000"}), 20},
		"email": {list(query.Filter{EmailToken: "t10001"}), 1},
		"time":  {list(query.Filter{CreatedBefore: time.Date(2026, 3, 14, 2, 0, 0, 0, time.UTC)}), 20},
		"keys": {func() (int, error) {
			found, err := reads.APIKeys(t.Context(), query.KeyFilter{After: "key_15000", Limit: 20})
			return len(found), err
		}, 20},
	} {
		n, err := c.read()
		require.NoError(t, err, name)
		require.Equal(t, c.want, n, name)
		rows, err := l.pool.Query(t.Context(), "EXPLAIN (ANALYZE, TIMING OFF) "+tr.last.SQL, tr.last.Args...)
		require.NoError(t, err, name)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err, name)
		plan := strings.Join(lines, "\n")
		require.Contains(t, plan, "Index", name)
		for _, bad := range []string{"Seq Scan", "Removed by Filter", "Sort"} {
			require.NotContains(t, plan, bad, "%s: %s", name, plan)
		}
	}
}
