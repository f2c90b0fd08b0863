package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// buried puts a command among the dead letters as the writer would have, had it not been able to decide it, and returns
// its id. It is somebody's post of 7 JPY that only needs to be asked for again.
func (s *service) buried(t *testing.T, k string) string {
	t.Helper()
	data, err := json.Marshal(ledger.PostTransaction{Ledger: "main", NewTransaction: ledger.NewTransaction{Postings: []ledger.Line{
		{Account: "equity:opening", Side: "debit", Amount: "7", Asset: "JPY"}, {Account: "liabilities:user:dead", Side: "credit", Amount: "7", Asset: "JPY"},
	}}})
	require.NoError(t, err)
	kept, err := json.Marshal(map[string]any{"type": ledger.CommandPostTransaction, "data": data, "hash": make([]byte, 16), "actor": "usr_ann", "deadline": 1})
	require.NoError(t, err)
	id := journal.NewCommandID("usr_ann", k)
	s.exec(t, `INSERT INTO outcomes (at, position, count, shard, status, command_id, hash, type, caller, refusal)
		SELECT now(), position, 0, 0, 'x', $1, $2, $3, 'usr_ann', '{"code":"command-dead"}' FROM shard_head`, id[:], make([]byte, 16), ledger.CommandPostTransaction)
	s.exec(t, `INSERT INTO dead_letters (at, shard, command_id, type, command, reason) VALUES (now(), 0, $1, $2, $3, 'panic: a defect')`, id[:], ledger.CommandPostTransaction, kept)
	return id.String()
}

// Dead letters are listed and shown, asked for again or left, once, with who did so and why; and whoever sent the command
// is told the truth of it all the while.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	s := startService(t)
	op, ann, f := s.as("usr_op", "operator"), s.as("usr_ann", "user"), s.finance()
	nonsense := s.publish("nonsense", map[string]string{"a": "b"})
	require.Equal(t, journal.Dead, nonsense.Outcome.Status)
	dead, other := s.buried(t, "1"), s.buried(t, "2")

	const list = "/v1/ops/dead-letters"
	require.Equal(t, []string{other, dead, nonsense.Outcome.Command.String()}, op.get(list).ids())
	first := op.get(list + "?limit=2")
	require.Equal(t, []string{other, dead}, first.ids())
	require.Equal(t, []string{nonsense.Outcome.Command.String()}, op.get(list+"?limit=2&cursor="+url.QueryEscape(first.str("next_cursor"))).ids())
	shown := op.get(list + "/" + dead).is(http.StatusOK)
	require.Equal(t, []any{"open", "post-transaction", "usr_ann", "panic: a defect", "main"},
		[]any{shown.at("status"), shown.at("type"), shown.at("caller"), shown.at("reason"), shown.at("data", "ledger")})
	for _, path := range []string{list + "/cmd_none", list + "/" + journal.NewCommandID("x", "y").String()} {
		op.get(path).refused(http.StatusNotFound, "dead-letter-not-found")
	}
	require.Equal(t, "dead", ann.get("/v1/commands/"+dead).is(http.StatusOK).str("status"))

	reason := map[string]any{"reason": "mended"}
	op.call(http.MethodPost, list+"/"+dead+"/requeue", map[string]any{"reason": " "}).refused(http.StatusBadRequest, "invalid-field")
	again := op.call(http.MethodPost, list+"/"+dead+"/requeue", reason).is(http.StatusOK)
	require.Equal(t, []any{"requeued", "usr_op", "mended"}, []any{again.at("status"), again.at("resolved_by"), again.at("resolution_reason")})
	as := again.str("requeued_as")
	require.JSONEq(t, string(again.Body), string(op.call(http.MethodPost, list+"/"+dead+"/requeue", map[string]any{"reason": "another"}).is(http.StatusOK).Body), "once")
	op.call(http.MethodPost, list+"/"+dead+"/discard", reason).refused(http.StatusConflict, "dead-letter-resolved")
	was := ann.get("/v1/commands/" + dead).is(http.StatusOK)
	require.Equal(t, []string{"dead", as}, []string{was.str("status"), was.str("requeued_as")})
	soon(t, func() bool { return ann.get("/v1/commands/"+as).str("status") == "done" })
	soon(t, func() bool { return f.balance("liabilities:user:dead", "JPY") == "7" })

	var out, errs bytes.Buffer
	cli := func(args ...string) string {
		out.Reset()
		require.Zero(t, run(t.Context(), append(append([]string{"deadletters"}, args...), "--database-url", s.settings.DatabaseURL), &out, &errs), errs.String())
		return out.String()
	}
	require.Regexp(t, `(?s)^id +type +caller.*`+other+` +post-transaction +usr_ann +\S+ +open +panic: a defect\n`, cli("list"))
	require.Equal(t, other+" is discarded\n", cli("discard", other, "--reason", "she asked again"))
	require.Equal(t, other+" is discarded\n", cli("discard", other, "--reason", "she asked again"))
	require.Contains(t, cli("show", other), `"resolution_reason": "she asked again"`)
	require.Regexp(t, `^cmd_\S+ is requeued as cmd_\S+\n$`, cli("requeue", nonsense.Outcome.Command.String(), "--reason", "a new version knows it"))
	soon(t, func() bool { return len(op.get(list).ids()) == 1 }) // and is a dead letter once more, under its new id
	require.Len(t, op.get(list+"?all=true").ids(), 4)
	require.Equal(t, 1, run(t.Context(), []string{"deadletters", "requeue", other, "--reason", "x", "--database-url", s.settings.DatabaseURL}, &out, &errs))
	require.Contains(t, errs.String(), "dead-letter-resolved")

	// Verification, asked for over HTTP: of books that are right, and of those that are not.
	type shownVerifications struct {
		Last struct {
			ID      int64
			Status  string
			AskedBy string `json:"asked_by"`
		}
		Running *struct{ ID int64 }
	}
	verified := func() (a *answer, v shownVerifications) {
		var asked struct{ ID int64 }
		op.call(http.MethodPost, "/v1/ops/verify", nil).is(http.StatusAccepted).into(&asked)
		soon(t, func() bool {
			a, v = f.get("/v1/ops/verify").is(http.StatusOK), shownVerifications{}
			a.into(&v)
			return v.Last.ID == asked.ID
		})
		require.Nil(t, v.Running)
		return a, v
	}
	a, v := verified()
	require.Equal(t, []string{"sound", "usr_op"}, []string{v.Last.Status, v.Last.AskedBy}, string(a.Body))
	super, err := pgx.Connect(t.Context(), pgtest.Super(t, s.settings.DatabaseURL))
	require.NoError(t, err)
	defer super.Close(context.WithoutCancel(t.Context()))
	_, err = super.Exec(t.Context(), `UPDATE p_accounts_1.balance SET credits = 8 WHERE address = 'liabilities:user:dead'`)
	require.NoError(t, err)
	a, v = verified()
	require.Equal(t, "found", v.Last.Status)
	require.Contains(t, string(a.Body), `"findings":[{"check":"projection accounts","detail":"balance (main, liabilities:user:dead, JPY) credits is 8, expected 7"}]`)
}

// A verification is due when its hour has passed since the last one, or since the first event.
func TestVerificationIsDueOnceADay(t *testing.T) {
	t.Parallel()
	s := startService(t)
	store := postgres.NewVerifications(s.app.reads)
	day := func(now time.Time, hour int) bool {
		due, err := (&verifications{store: store, hour: hour, now: func() time.Time { return now }}).due(t.Context())
		require.NoError(t, err)
		return due
	}
	now := time.Now().UTC()
	hour := (now.Hour() + 2) % 24
	require.False(t, day(now.AddDate(0, 0, 2), hour), "nothing has happened yet")
	s.finance().post("/v1/ledgers/main/transactions", "1", transaction(pays("equity:opening", "liabilities:user:a", "10", "JPY"))).is(http.StatusCreated)
	require.Equal(t, []bool{false, true, false}, []bool{day(now, hour), day(now.Add(2*time.Hour), hour), day(now.AddDate(0, 0, 2), verifyNever)})
	s.exec(t, `INSERT INTO verifications (asked_by, began_at, ended_at, failure) VALUES ($1, now(), now(), 'x')`, verifyName)
	require.Equal(t, []bool{false, true}, []bool{day(now, hour), day(now.AddDate(0, 0, 1), hour)})
}
