package main

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/natsbus"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
)

func TestCasesOfMemberships(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"plans", plansOffered},
		numbered{"bought, changed and canceled", membershipBought},
		numbered{"refused", membershipRefused},
		numbered{"people", membershipOfPeople},
	)
}

// offers makes a plan.
func (s *service) offers(t *testing.T, code string, price any, period string) {
	t.Helper()
	s.as("usr_boss", "admin").in(t).call(http.MethodPost, "/v1/plans", map[string]any{"code": code, "name": code, "price": price, "period": period}, key(code)).
		is(http.StatusCreated)
}

// shownMembership is a membership as it is answered.
type shownMembership struct {
	ID       string    `json:"id"`
	UserID   string    `json:"user_id"`
	Plan     string    `json:"plan"`
	Status   string    `json:"status"`
	Reason   string    `json:"status_reason"`
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until"`
	Renews   bool      `json:"renews"`
	CancelAt time.Time `json:"cancel_at"`
	Period   struct {
		Start      time.Time         `json:"start"`
		End        time.Time         `json:"end"`
		Days       int               `json:"days"`
		DaysPassed int               `json:"days_passed"`
		Price      map[string]string `json:"price"`
		Earned     map[string]string `json:"earned"`
	} `json:"period"`
	Version int64 `json:"version"`
}

func (a *answer) membership() (m shownMembership) {
	a.t.Helper()
	a.into(&m)
	return m
}

func plansOffered(t *testing.T, s *service) {
	boss := s.as("usr_boss", "admin").in(t)
	body := map[string]any{"code": "PLANS", "name": "Plans", "price": yen("1000"), "period": "P1Y", "provider_price": "price_1"}
	made := boss.post("/v1/plans", "plans", body).is(http.StatusCreated)
	require.Equal(t, []any{"PLANS", "P1Y", "PLANS-DAY", true}, []any{made.at("code"), made.at("period"), made.at("day_asset"), made.at("active")})
	again := boss.post("/v1/plans", "plans", body).is(http.StatusCreated)
	require.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
	boss.post("/v1/plans", "other", body).refused(http.StatusConflict, "plan-taken")
	tag := made.Header.Get("ETag")
	nobody := s.nobody().in(t)
	require.JSONEq(t, string(made.Body), string(nobody.read("/v1/plans/PLANS").is(http.StatusOK).Body), "anybody reads it")
	patch := func(body map[string]any, options ...option) *answer {
		return boss.call(http.MethodPatch, "/v1/plans/PLANS", body, options...)
	}
	changed := patch(map[string]any{"price": yen("1200"), "active": false}, header("If-Match", tag)).is(http.StatusOK)
	require.Equal(t, []any{"1200", false}, []any{changed.at("price", "amount"), changed.at("active")})
	patch(map[string]any{"name": "Other"}, header("If-Match", tag)).refused(http.StatusPreconditionFailed, "version-mismatch")
	require.Equal(t, "/price/amount", patch(map[string]any{"price": yen("1.5")}).refused(http.StatusBadRequest, "amount-scale").str("errors", 0, "pointer"))
	require.Equal(t, "/period", boss.post("/v1/plans", "form", map[string]any{"code": "P", "name": "P", "price": yen("1"), "period": "P1W"}).
		refused(http.StatusBadRequest, "invalid-field").str("errors", 0, "pointer"))
	boss.call(http.MethodPatch, "/v1/plans/NOPE", map[string]any{"name": "x"}).refused(http.StatusNotFound, "plan-not-found")
	var codes []string
	for _, p := range nobody.read("/v1/plans").is(http.StatusOK).at("data").([]any) {
		codes = append(codes, p.(map[string]any)["code"].(string))
	}
	require.Contains(t, codes, "PLANS")
	for _, p := range nobody.read("/v1/plans?active=true").is(http.StatusOK).at("data").([]any) {
		require.NotEqual(t, "PLANS", p.(map[string]any)["code"])
	}
	s.as("usr_payer", "user").in(t).post("/v1/memberships", "inactive", map[string]any{"plan": "PLANS", "wallet_id": s.wallet(t, "usr_payer", 0)}).
		refused(http.StatusUnprocessableEntity, "plan-inactive")
}

func membershipBought(t *testing.T, s *service) {
	s.offers(t, "MONTH", yen("310"), "P1M")
	s.offers(t, "YEAR", yen("3650"), "P1Y")
	id := s.wallet(t, "usr_buyer", 5000)
	buyer, stranger, finance := s.as("usr_buyer", "user").in(t), s.as("usr_stranger", "user").in(t), s.finance().in(t)
	body := map[string]any{"plan": "MONTH", "wallet_id": id}
	buyer.call(http.MethodPost, "/v1/memberships", body).refused(http.StatusBadRequest, "idempotency-key-missing")
	tried := buyer.post("/v1/memberships?dry_run=true", "b", body).is(http.StatusCreated).membership()
	buyer.read("/v1/memberships/me").refused(http.StatusNotFound, "membership-not-found")
	made := buyer.post("/v1/memberships", "b", body).is(http.StatusCreated)
	m := made.membership()
	require.Equal(t, tried.Period.Days, m.Period.Days)
	require.Equal(t, []any{"usr_buyer", "MONTH", "active", true, m.Since, m.Period.End}, []any{m.UserID, m.Plan, m.Status, m.Renews, m.Period.Start, m.Until})
	days := int(m.Period.End.Sub(m.Period.Start).Hours()) / 24
	require.Equal(t, days, m.Period.Days)
	path := "/v1/memberships/" + m.ID
	for _, read := range []string{path, "/v1/memberships/me"} {
		require.JSONEq(t, string(made.Body), string(buyer.read(read).is(http.StatusOK).Body))
	}
	again := buyer.post("/v1/memberships", "b", body).is(http.StatusCreated)
	require.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
	stands := func(plan, available, deferred string, granted string) {
		t.Helper()
		require.Equal(t, []string{available, deferred, granted, granted}, []string{
			finance.balance("liabilities:wallets:"+id+":available", "JPY"), finance.balance("liabilities:deferred:memberships:"+m.ID, "JPY"),
			finance.balance("assets:entitlements:"+m.ID, plan+"-DAY"), finance.balance("liabilities:entitlements:"+m.ID, plan+"-DAY"),
		})
	}
	stands("MONTH", "4690", "310", strconv.Itoa(days))
	stranger.read(path).refused(http.StatusNotFound, "membership-not-found")
	stranger.post(path+"/cancel", "s", map[string]any{"at": "now"}).refused(http.StatusNotFound, "membership-not-found")
	require.Empty(t, stranger.list("/v1/memberships?user_id=usr_buyer").Data)
	require.Len(t, buyer.list("/v1/memberships").Data, 1)
	require.Len(t, finance.list("/v1/memberships?user_id=usr_buyer&plan=MONTH&status=active").Data, 1)
	require.Empty(t, finance.list("/v1/memberships?user_id=usr_buyer&status=lapsed").Data)
	require.Equal(t, m.ID, buyer.post("/v1/memberships", "2", body).refused(http.StatusUnprocessableEntity, "membership-exists").str("membership_id"))

	canceled := buyer.post(path+"/cancel", "c", map[string]any{"at": "period_end"}, header("If-Match", made.Header.Get("ETag"))).is(http.StatusOK)
	require.Equal(t, []any{false, m.Period.End}, []any{canceled.membership().Renews, canceled.membership().CancelAt})
	buyer.post(path+"/cancel", "c2", map[string]any{"at": "period_end"}).refused(http.StatusUnprocessableEntity, "membership-unchanged")
	buyer.post(path+"/change", "x", map[string]any{"plan": "YEAR"}, header("If-Match", made.Header.Get("ETag"))).refused(http.StatusPreconditionFailed, "version-mismatch")
	buyer.post(path+"/change?dry_run=true", "y", map[string]any{"plan": "YEAR"}).is(http.StatusOK)
	stands("MONTH", "4690", "310", strconv.Itoa(days))
	accepted := buyer.post(path+"/change", "y", map[string]any{"plan": "YEAR"}, header("Prefer", "respond-async")).is(http.StatusAccepted)
	var done *answer
	soon(t, func() bool {
		done = buyer.get("/v1/commands/" + accepted.str("id")).is(http.StatusOK)
		return done.str("status") == "done"
	})
	require.Equal(t, []string{"YEAR", "true"}, []string{done.str("result", "plan"), done.str("result", "renews")})
	s.saw(done.str("position"))
	require.Equal(t, []string{"1350", "3650", "0"}, []string{
		finance.balance("liabilities:wallets:"+id+":available", "JPY"), finance.balance("liabilities:deferred:memberships:"+m.ID, "JPY"),
		finance.balance("liabilities:entitlements:"+m.ID, "MONTH-DAY"),
	})
	ended := buyer.post(path+"/cancel", "now", map[string]any{"at": "now"}).is(http.StatusOK).membership()
	require.Equal(t, []any{"canceled", false}, []any{ended.Status, ended.Renews})
	stands("YEAR", "5000", "0", "0")
	buyer.post(path+"/cancel", "over", map[string]any{"at": "now"}).refused(http.StatusUnprocessableEntity, "membership-ended")
	transaction := finance.read("/v1/ledgers/main/transactions?type=membership-canceled").is(http.StatusOK).str("data", 0, "id")
	finance.post("/v1/ledgers/main/transactions/"+transaction+"/reverse", "undo", map[string]any{"reason": "x"}).refused(http.StatusUnprocessableEntity, "use-domain-undo")
}

func membershipRefused(t *testing.T, s *service) {
	s.offers(t, "DEAR", yen("100"), "P1M")
	id := s.wallet(t, "usr_poor", 99)
	poor := s.as("usr_poor", "user").in(t)
	buy := func(k, plan, wallet string) *answer {
		return poor.post("/v1/memberships", k, map[string]any{"plan": plan, "wallet_id": wallet})
	}
	buy("1", "DEAR", id).refused(http.StatusUnprocessableEntity, "insufficient-funds")
	require.Equal(t, "/plan", buy("2", "NONE", id).refused(http.StatusNotFound, "plan-not-found").str("errors", 0, "pointer"))
	buy("3", "DEAR", s.wallet(t, "usr_rich", 1000)).refused(http.StatusNotFound, "wallet-not-found")
	require.Equal(t, "/plan", buy("4", "dear", id).refused(http.StatusBadRequest, "invalid-field").str("errors", 0, "pointer"))
	s.as("svc", "service").in(t).call(http.MethodPost, "/v1/wallets/"+id+"/freeze", map[string]any{"reason": "x"}).is(http.StatusNoContent)
	buy("5", "DEAR", id).refused(http.StatusUnprocessableEntity, "wallet-frozen")
	const many = 10
	rich := s.wallet(t, "usr_many", 1000)
	answers := together(t, many, func(i int) (*answer, error) {
		return s.as("usr_many", "user").tryPost("/v1/memberships", strconv.Itoa(i), map[string]any{"plan": "DEAR", "wallet_id": rich})
	})
	require.Equal(t, 1, statuses(answers)["Created"])
	require.Equal(t, many-1, statuses(answers)["membership-exists"])
}

// What somebody is a member of is told of them, and they are found by it.
func membershipOfPeople(t *testing.T, s *service) {
	s.offers(t, "CLUB", yen("100"), "P1M")
	ann := newPeople(t, s).person("Ann")
	require.Equal(t, map[string]any{"status": "none"}, ann.get("/v1/users/me").is(http.StatusOK).at("membership"))
	id := s.wallet(t, ann.id, 1000)
	m := ann.post("/v1/memberships", "ann", map[string]any{"plan": "CLUB", "wallet_id": id}).is(http.StatusCreated)
	want := map[string]any{"status": "active", "plan": "CLUB", "until": m.at("until")}
	require.Equal(t, want, ann.read("/v1/users/me").is(http.StatusOK).at("membership"))
	require.Nil(t, claimed(t, ann.access), "a token says what was when it was made")
	refreshed := s.nobody().in(t).call(http.MethodPost, "/v1/token/refresh", map[string]any{"refresh_token": ann.renew}).is(http.StatusOK)
	require.Equal(t, want, claimed(t, refreshed.str("access_token")))
	require.Equal(t, want, claimed(t, ann.signIn(goodPassword).is(http.StatusOK).str("access_token")))
	shop := s.as("svc_shop", "service").in(t)
	require.Equal(t, want, shop.read("/v1/users/"+ann.id).is(http.StatusOK).at("membership"))
	require.Equal(t, []string{ann.id}, shop.read("/v1/users?membership=active").is(http.StatusOK).ids())
	require.Equal(t, []string{ann.id}, shop.read("/v1/users?membership=active&role=user").is(http.StatusOK).ids())
	require.NotContains(t, shop.read("/v1/users?membership=none").is(http.StatusOK).ids(), ann.id)
	require.Empty(t, shop.read("/v1/users?membership=canceled").is(http.StatusOK).ids())
	ann.post("/v1/memberships/"+m.str("id")+"/cancel", "end", map[string]any{"at": "now"}).is(http.StatusOK)
	require.Equal(t, []string{ann.id}, shop.read("/v1/users?membership=canceled").is(http.StatusOK).ids())
	var told []string
	soon(t, func() bool { told = ann.read("/v1/messages?with=florin").ids(); return len(told) > 1 })
	message := ann.get("/v1/messages/" + told[0]).is(http.StatusOK)
	assert.Equal(t, []string{"membership-canceled", m.str("id"), "Your membership was canceled"}, []string{message.str("topic"), message.str("about"), message.str("subject")})
	assert.Contains(t, message.str("body"), "CLUB has ended. 100 JPY for ")
}

// claimed is what a token says of a membership.
func claimed(t *testing.T, token string) any {
	t.Helper()
	claims := jwt.MapClaims{}
	_, _, err := jwt.NewParser().ParseUnverified(token, claims)
	require.NoError(t, err)
	return claims["membership"]
}

// TestMembershipsOverDays: what was bought some days ago, while nothing ran since.
func TestMembershipsOverDays(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	ago := 3*membership.Day + time.Hour
	stop := s.startInThePast(t, ago)
	s.offers(t, "PRO", yen("100"), "P1M")
	s.offers(t, "LATE", yen("600"), "P1M")
	ann, bob := s.wallet(t, "usr_ann", 1000), s.wallet(t, "usr_bob", 1000)
	bought := s.as("usr_ann", "user").in(t).post("/v1/memberships", "a", map[string]any{"plan": "PRO", "wallet_id": ann}).is(http.StatusCreated).membership()
	require.InDelta(t, 0, time.Since(bought.Since.Add(ago)).Seconds(), 60)
	stop()

	s.roles = allRoles()
	s.start()
	t.Cleanup(s.close)
	finance := s.finance().in(t)
	var m shownMembership
	soon(t, func() bool {
		m = finance.read("/v1/memberships/" + bought.ID).is(http.StatusOK).membership()
		return m.Period.DaysPassed == 3
	})
	earned := map[int]string{28: "11", 29: "10", 30: "10", 31: "10"}[m.Period.Days]
	require.Equal(t, []string{"active", earned}, []string{m.Status, m.Period.Earned["amount"]})
	s.saw(journal.Token{Position: m.Version}.String())
	var effective []time.Time
	s.query(t, &effective, `SELECT array_agg(effective_at ORDER BY position) FROM events WHERE type = 'membership-day-passed'`)
	for i, at := range effective {
		require.True(t, bought.Since.Add(time.Duration(i+1)*membership.Day).Equal(at), "each counts from its end")
	}
	require.Len(t, effective, 3)
	require.Equal(t, earned, finance.balance("income:memberships", "JPY"))

	// Sweeps that hold no lock, as when a process was cut off and does not know it, ask at the same time.
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	defer cancel()
	var group errgroup.Group
	for range 3 {
		store := postgres.NewStore(s.app.react)
		x := newMembershipSweep(readmodel.NewReads(s.app.react).DueMemberships, func(membership.Ran) {},
			journal.NewDispatcher(shard, s.app.bus, store, store, time.Now).Record, s.log)
		group.Go(func() error {
			for ctx.Err() == nil {
				x.asked = map[string]asked{}
				if err := x.sweep(ctx); err != nil && ctx.Err() == nil {
					return err
				}
			}
			return nil
		})
	}
	canceled := s.as("usr_ann", "user").in(t).post("/v1/memberships/"+bought.ID+"/cancel", "c", map[string]any{"at": "now"}).is(http.StatusOK).membership()
	require.Equal(t, "canceled", canceled.Status)
	s.as("usr_bob", "user").in(t).post("/v1/memberships", "b", map[string]any{"plan": "LATE", "wallet_id": bob}).is(http.StatusCreated)
	cancel()
	require.NoError(t, group.Wait())
	require.Equal(t, "0", finance.balance("liabilities:deferred:memberships:"+bought.ID, "JPY"))
	require.Equal(t, map[int]string{28: "989", 29: "990", 30: "990", 31: "990"}[m.Period.Days], finance.balance("liabilities:wallets:"+ann+":available", "JPY"))
	var days int
	s.query(t, &days, `SELECT count(*) FROM events WHERE type = 'membership-day-passed'`)
	require.Equal(t, 3, days)
	s.verify()
}

// TestMembershipRenewedAfterAStop: its period ended while nothing ran: it is renewed from the old end, and one that cannot
// be paid is in grace, with its member told.
func TestMembershipRenewedAfterAStop(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	stop := s.startInThePast(t, 33*membership.Day)
	s.offers(t, "PRO", yen("100"), "P1M")
	rich, poor := s.wallet(t, "usr_rich", 200), s.wallet(t, "usr_poor", 199)
	buy := func(owner, wallet string) shownMembership {
		return s.as(owner, "user").in(t).post("/v1/memberships", owner, map[string]any{"plan": "PRO", "wallet_id": wallet}).is(http.StatusCreated).membership()
	}
	first, second := buy("usr_rich", rich), buy("usr_poor", poor)
	stop()

	s.roles = allRoles()
	s.start()
	t.Cleanup(s.close)
	finance := s.finance().in(t)
	var m shownMembership
	passed := 33 - first.Period.Days
	soon(t, func() bool {
		m = finance.read("/v1/memberships/" + first.ID).is(http.StatusOK).membership()
		return m.Period.DaysPassed == passed && m.Status == "active"
	})
	require.Equal(t, []any{first.Period.End, m.Period.End}, []any{m.Period.Start, m.Until})
	soon(t, func() bool {
		m = finance.read("/v1/memberships/" + second.ID).is(http.StatusOK).membership()
		return m.Status == "grace"
	})
	require.Equal(t, []any{second.Period.Days, "100"}, []any{m.Period.DaysPassed, m.Period.Earned["amount"]})
	require.InDelta(t, membership.Grace.Seconds(), time.Until(m.Until).Seconds(), 60)
	s.saw(journal.Token{Position: m.Version}.String())
	require.Equal(t, []string{"0", "99"}, []string{finance.balance("liabilities:wallets:"+rich+":available", "JPY"), finance.balance("liabilities:wallets:"+poor+":available", "JPY")})
	s.verify()
}

// startInThePast starts the service with a writer whose clock is behind by so much, until stop is called.
func (s *service) startInThePast(t *testing.T, ago time.Duration) (stop func()) {
	t.Helper()
	s.roles = roles{roleAPI, roleRelay, roleProjector, roleReactor}
	s.start()
	js, err := natsbus.JetStream(s.app.conn)
	require.NoError(t, err)
	w := journal.NewWriter(shard, "past", newRegistry(), past{postgres.NewStore(s.app.work)}, natsbus.NewSource(js), natsbus.NewReplier(s.app.conn, s.log),
		natsbus.NewHighWater(js), journal.Config{Log: s.log, Recent: s.app.recent, Now: func() time.Time { return time.Now().Add(-ago) }})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	require.Eventually(t, func() bool { return w.Status().Role == journal.Leading }, 10*time.Second, 10*time.Millisecond)
	return func() {
		cancel()
		require.NoError(t, <-done)
		s.close()
	}
}

// past is a store that does not mind a writer whose clock is behind.
type past struct{ journal.Store }

func (p past) TakeOver(ctx context.Context, shard journal.Shard) (journal.Term, error) {
	term, err := p.Store.TakeOver(ctx, shard)
	return pastTerm{term}, err
}

type pastTerm struct{ journal.Term }

func (t pastTerm) Append(ctx context.Context, b *journal.Batch) error {
	b.Sent = time.Now()
	return t.Term.Append(ctx, b)
}
