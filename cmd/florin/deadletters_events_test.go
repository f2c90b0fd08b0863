package main

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An event that a projection and a reactor cannot take is a dead letter of each, which nobody else notices. It is tried at once
// when that is wanted, passed by where that may be, and listed afterwards with who wanted that and why.
func TestEventsThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	s := startService(t)
	op := s.as("usr_op", "operator")
	folder := s.settings.MailFolder
	require.NoError(t, os.RemoveAll(folder))
	require.NoError(t, os.WriteFile(folder, nil, 0o600))
	s.exec(t, `ALTER TABLE p_users_1.person ADD CONSTRAINT poison CHECK (false) NOT VALID`)
	register := func(email string) {
		s.nobody().call(http.MethodPost, "/v1/users", map[string]any{"email": email, "password": goodPassword}).is(http.StatusCreated)
	}
	register("first@example.com")
	var at int64
	s.query(t, &at, `SELECT position FROM events WHERE type = 'user-registered'`)
	mail, users := fmt.Sprintf("reactor.mail.%d", at), fmt.Sprintf("projection.users.%d", at)

	const list, reactors = "/v1/ops/dead-letters", "/v1/ops/reactors"
	soon(t, func() bool { return len(op.get(list).ids()) == 2 })
	require.ElementsMatch(t, []string{mail, users}, op.get(list).ids())
	dead := s.publish("nonsense", map[string]string{"a": "b"}).Outcome.Command.String()
	all := op.get(list).ids()
	require.Equal(t, dead, all[0], "newest first")
	first := op.get(list + "?limit=2")
	require.Equal(t, all[:2], first.ids())
	require.Equal(t, all[2:], op.get(list+"?limit=2&cursor="+first.str("next_cursor")).ids())
	shown := op.get(list + "/" + mail).is(http.StatusOK)
	require.Equal(t, []any{"event", "open", "user-registered", "reactor/mail", float64(at)},
		[]any{shown.at("kind"), shown.at("status"), shown.at("type"), shown.at("taker"), shown.at("position")})
	require.Contains(t, shown.str("reason"), "not a directory")
	require.NotContains(t, string(shown.Body), "first@example.com")
	require.GreaterOrEqual(t, shown.at("tries"), float64(3))
	require.Contains(t, op.get(list+"/"+users).is(http.StatusOK).str("reason"), "poison")

	// Nobody else waits.
	soon(t, func() bool {
		for _, name := range []string{"notices", "alerts", "erasures", "schedules", "webhooks"} {
			if r := op.get(reactors + "/" + name).is(http.StatusOK); r.str("status") != "running" || r.at("position").(float64) < float64(at) {
				return false
			}
		}
		return true
	})
	require.Contains(t, op.get(reactors+"/notices").str("runs_at"), fmt.Sprintf("/%d", os.Getpid()))
	require.Equal(t, "running", op.get("/v1/ops/projections/accounts").str("status"))
	failed := op.get(reactors + "/mail").is(http.StatusOK)
	require.Equal(t, []any{"failed", float64(at)}, []any{failed.at("status"), failed.at("failed_at")})

	// In vain, and then not.
	reason := map[string]any{"reason": "the disk was full"}
	op.call(http.MethodPost, list+"/"+mail+"/requeue", map[string]any{"reason": " "}).refused(http.StatusBadRequest, "invalid-field")
	wanted := op.call(http.MethodPost, list+"/"+mail+"/requeue", reason).is(http.StatusOK)
	require.Equal(t, []any{"requeued", "usr_op", "the disk was full"}, []any{wanted.at("status"), wanted.at("resolved_by"), wanted.at("resolution_reason")})
	soon(t, func() bool { return op.get(list+"/"+mail).str("status") == "open" })
	code, out, errs := invoke(t, "deadletters", "requeue", mail, "--reason", "there is room", "--database-url", s.settings.DatabaseURL)
	require.Zero(t, code, errs)
	require.Equal(t, mail+" is to be tried at once\n", out)
	soon(t, func() bool { return op.get(list+"/"+mail).str("status") == "open" })
	require.NoError(t, os.Remove(folder))
	require.NoError(t, os.Mkdir(folder, 0o700))
	soon(t, func() bool { // or it has been tried before that is asked for
		op.call(http.MethodPost, list+"/"+mail+"/requeue", reason)
		return op.get(reactors+"/mail").str("status") == "running"
	})
	op.get(list+"/"+mail).refused(http.StatusNotFound, "dead-letter-not-found")
	require.NotEmpty(t, s.letter("Confirm your email address"))

	// Passed by: kept with the reason, and shown.
	code, out, errs = invoke(t, "deadletters", "discard", users, "--reason", "of a test", "--database-url", s.settings.DatabaseURL)
	require.Zero(t, code, errs)
	require.Equal(t, users+" is discarded\n", out)
	op.call(http.MethodPost, list+"/"+users+"/discard", reason).is(http.StatusOK)
	op.call(http.MethodPost, list+"/"+users+"/requeue", reason).refused(http.StatusConflict, "dead-letter-resolved")
	require.Equal(t, []string{dead}, op.get(list).ids())
	gone := op.get(list + "/" + users).is(http.StatusOK)
	require.Equal(t, []any{"discarded", "of a test"}, []any{gone.at("status"), gone.at("resolution_reason")})
	require.Contains(t, gone.str("reason"), "poison", "what it could not be taken for")
	require.ElementsMatch(t, []string{dead, users}, op.get(list+"?all=true").ids())
	soon(t, func() bool { return op.get("/v1/ops/projections/users").str("status") == "degraded" })

	// A reactor passes by what it stands before, and nothing else; one that is vital nothing at all.
	s.exec(t, `ALTER TABLE p_users_1.person DROP CONSTRAINT poison`)
	require.NoError(t, os.RemoveAll(folder))
	require.NoError(t, os.WriteFile(folder, nil, 0o600))
	register("second@example.com")
	soon(t, func() bool { return op.get(reactors+"/mail").str("status") == "failed" })
	at = int64(op.get(reactors + "/mail").at("failed_at").(float64))
	skip := func(name string, position int64) *answer {
		return op.call(http.MethodPost, reactors+"/"+name+"/skip", map[string]any{"position": position, "reason": "no such box"})
	}
	skip("mail", at+1).refused(http.StatusUnprocessableEntity, "reactor-not-stuck")
	skip("erasures", at).refused(http.StatusUnprocessableEntity, "reactor-vital")
	skip("nobody", at).refused(http.StatusNotFound, "reactor-not-found")
	skip("mail", 0).refused(http.StatusBadRequest, "invalid-field")
	require.Contains(t, string(skip("mail", at).is(http.StatusOK).Body), `"reason":"no such box"`)
	soon(t, func() bool { return op.get(reactors+"/mail").str("status") == "degraded" })

	cli := func(args ...string) (int, string) {
		code, out, errs := invoke(t, append(append([]string{"reactors"}, args...), "--database-url", s.settings.DatabaseURL)...)
		return code, out + errs
	}
	_, out = cli("list")
	require.Regexp(t, `(?m)^mail +\d+ +\d+ +\d+ events, \S+ +degraded +\S+/\d+$`, out)
	require.Equal(t, len(reactorKinds())+1, strings.Count(out, "\n"))
	_, out = cli("list", "--json")
	require.Contains(t, out, `"reason": "no such box"`)
	_, out = cli("show", "mail")
	require.Contains(t, out, fmt.Sprintf("event %d, ", at))
	for _, wrong := range [][]string{{"show", "nobody"}, {"skip", "mail", "--position", "1", "--reason", "x"}, {"skip", "refunds", "--position", "1", "--reason", "x"}, {"skip", "mail", "--position", "1", "--reason", " "}} {
		code, out := cli(wrong...)
		require.Equal(t, 1, code, wrong)
		require.Contains(t, out, "florin: ", wrong)
	}

	// Whatever reacts is one that operators see.
	var names []string
	for _, k := range reactorKinds() {
		names = append(names, k.Name)
	}
	var run []string
	for _, found := range regexp.MustCompile(`florin_reactor_running\{reactor="([a-z]+)"\}`).FindAllStringSubmatch(s.scraped(t), -1) {
		run = append(run, found[1])
	}
	require.ElementsMatch(t, names, run)
	s.verify()
}
