package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
)

// Somebody lives with Florin and is erased. What was secret of them is nowhere in the clear, neither before nor
// after, and nowhere at all after: in no table of either database, no file of theirs, no stream, no dead letter, no
// key of Redis, no log, nor in what travels. An older backup of the journal does not bring it back. Their letters
// are their own and not looked into. The money is where it was, and who was written to can read it still.
func TestErasure(t *testing.T) {
	t.Parallel()
	l := beginLife(t)
	l.signsUp()
	l.changesEverything()
	l.movesMoney()
	l.writes()
	l.leavesDeadLetters()

	hidden, pseudonym := newNeedles(t, l.secrets), newNeedles(t, map[string]string{"id": l.ann.id})
	wrapped := newNeedles(t, map[string]string{"wrapped key": l.wrappedKey()})
	before := l.rest()
	require.Empty(t, before.find(hidden), "it is sealed from the beginning")
	require.Subset(t, before.places(pseudonym), []string{
		"journal files", "journal table dead_letters", "journal table events_00000", "journal table outcomes", "journal table sessions",
		"journal table state", "log", "redis", "store", "stream EVENTS-0", "vault table person_key", "wire",
	}, "the search misses what is there")
	require.Equal(t, []string{"vault files", "vault table person_key"}, before.places(wrapped), "her key is in the vault alone")
	backup := copyDatabase(t, l.settings.DatabaseURL)
	second := copyDatabase(t, backup)
	then := l.copyStore()
	l.wake()

	l.ann.self().call(http.MethodDelete, "/v1/users/me", nil).is(http.StatusNoContent)
	soon(t, func() bool { return l.ann.self().get("/v1/users/me").Status == http.StatusUnauthorized })
	l.cannotComeBack()
	l.isGone()
	after := l.rest()
	require.Empty(t, after.find(hidden))
	require.Subset(t, []string{"vault files"}, after.places(wrapped), "in pages that are vacuumed, and opens with the master key alone")
	l.left(after, pseudonym)
	now := l.copyStore()

	t.Run("restored with the NATS of then", func(t *testing.T) {
		l := l.in(t)
		l.settings.DatabaseURL = backup
		l.storeOf(then)
		l.endSessions()
		l.wake()
		l.bobReturns()
		require.Equal(t, users.StatusActive, l.ann.state().Status, "the journal knows of no erasure")
		l.cannotComeBack()
		l.isUnreadable()
		require.Equal(t, "1 people are to be erased again\n", l.eraseAgain())
		l.isErasedSoon()
		l.isGone()
		require.Equal(t, "0 people are to be erased again\n", l.eraseAgain())
		l.end()
		l.rebuildProjections()
		l.begin()
		l.isGone()
		all := l.rest()
		require.Empty(t, all.find(hidden))
		l.left(all, pseudonym)
	})
	t.Run("restored with the NATS of now", func(t *testing.T) {
		l := l.in(t)
		l.settings.DatabaseURL = second
		l.endSessions()
		require.Equal(t, "1 people are to be erased again\n", l.eraseAgain())
		code, _, errs := invoke(t, "shard", "accept-loss", "--database-url", l.settings.DatabaseURL, "--reason", "restored")
		require.Equal(t, 0, code, errs)
		l.storeOf(now)
		l.wake()
		l.bobReturns()
		l.cannotComeBack()
		l.isErasedSoon()
		l.isGone()
		all := l.rest()
		require.Empty(t, all.find(hidden))
		l.left(all, pseudonym)
	})
}

// life is Ann's with Florin, whom Bob knows.
type life struct {
	*watched
	t       *testing.T
	secrets map[string]string // by what they are
	ann     *person
	bob     *participant

	wallet, message string
	withdrawal      string
	money           string // the books, as finance reads them
}

// beginLife makes up what Ann will say, of which nobody else has ever heard.
func beginLife(t *testing.T) *life {
	t.Helper()
	l := &life{t: t, watched: watchService(t)}
	l.bob = newPeople(t, l.service).person("Bob")
	rare := func() string { return "q" + strings.ToLower(rand.Text()[:16]) + "q" }
	name, domain, word := "Wilhelmina."+rare(), "Mail-"+rare()+".example", rare()
	l.secrets = map[string]string{
		"email": name + "@" + domain, "email's name": name, "email's domain": domain, "new email": "Billie." + rare() + "@" + domain,
		"nobody's email": "Nobody." + rare() + "@" + domain,
		"password":       `Tr0ub4dor & "` + rare(), "new password": "größer <" + rare() + ">", "password after all": "correct horse " + rare(),
		"mistyped password": "correct hrose " + rare(),
		"name":              `Wilhelmina "Billie" Größe ` + rare(), "new name": "Dr. Größe-" + rare(),
		"subject": "About " + rare(), "word": word, "body": "Meet me by the " + word + ",\nand bring \"it\" — Ærøskøbing & <all>.",
		"new subject": "Not about " + rare(), "new body": "Forget the " + word + ", it is " + rare() + " now.",
		"note": "Remember " + rare(), "later message": "Later: " + rare(), "answer": "Why " + rare() + "?", "searched": rare(),
		"account holder": "Wilhelmina " + rare(), "IBAN": someIBAN(), "account": "acct_" + rare(),
		"notice": "came into your wallet", "hash of a password": "$argon2id$v=19$",
	}
	return l
}

// in returns the same life for a subtest.
func (l *life) in(t *testing.T) *life {
	own := *l
	bob, ann := *l.bob, *l.ann
	own.t, ann.t, bob.caller = t, t, l.bob.in(t)
	own.ann, own.bob = &ann, &bob
	return &own
}

func (l *life) nobody() *caller { return l.service.nobody().in(l.t) }
func (l *life) root() *caller   { return l.as("usr_root", "admin").in(l.t) }

// signsUp registers Ann, who makes every mistake that she can.
func (l *life) signsUp() {
	x := l.secrets
	for _, form := range []string{
		fmt.Sprintf(`{"email":%q,"password":%q,"display_name":7}`, x["email"], x["password"]),
		fmt.Sprintf(`{"email":%q,"passwort":%q}`, x["email"], x["password"]),
		fmt.Sprintf(`{"email":%q,"password":%q`, x["email"], x["password"]),
		fmt.Sprintf(`{%q:%q}`, x["password"], x["email"]),
		fmt.Sprintf(`{"email":"%s <%s>","password":%q}`, "Wilhelmina", x["email"], x["password"]),
		fmt.Sprintf(`{"email":%q,"password":%q}`, x["email"], x["email"]),
	} {
		require.Equal(l.t, http.StatusBadRequest, l.nobody().call(http.MethodPost, "/v1/users", form).Status, form)
	}
	form := map[string]any{"email": x["email"], "password": x["password"], "display_name": x["name"]}
	x["request"] = "POST /v1/users\n" + canonicalOf(l.t, form) // what its key is held to, by a keyed digest
	l.ann = &person{s: l.service, t: l.t, email: x["email"]}
	l.ann.id = l.nobody().post("/v1/users", "register", form).is(http.StatusCreated).str("id")
	require.Equal(l.t, l.ann.id, l.nobody().post("/v1/users", "register", form).is(http.StatusCreated).str("id"))
	l.nobody().call(http.MethodPost, "/v1/users/confirm", map[string]any{"token": l.mailed(l.t, x["email"], "Confirm your email address")}).
		is(http.StatusNoContent)
	l.nobody().post("/v1/users", "register again", form).is(http.StatusCreated)
	l.ann.signIn(x["mistyped password"]).refused(http.StatusUnauthorized, "invalid-credentials")
	stranger := person{s: l.service, t: l.t, email: x["nobody's email"]}
	stranger.signIn(x["mistyped password"]).refused(http.StatusUnauthorized, "invalid-credentials")
	l.nobody().call(http.MethodPost, "/v1/password/forgot", map[string]any{"email": x["nobody's email"]}).is(http.StatusAccepted)
	require.Equal(l.t, x["name"], l.ann.signIn(x["password"]).is(http.StatusOK).str("user", "display_name"))
}

// canonicalOf returns a flat object as the API digests it: sorted, and nothing escaped that need not be.
func canonicalOf(t *testing.T, form map[string]any) string {
	t.Helper()
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(form))
	return strings.TrimSuffix(out.String(), "\n")
}

// changesEverything leaves no field of Ann's as it was.
func (l *life) changesEverything() {
	x := l.secrets
	change := func(fields map[string]any) *answer {
		return l.ann.self().call(http.MethodPatch, "/v1/users/me", fields)
	}
	require.Equal(l.t, x["new name"], change(map[string]any{"display_name": x["new name"]}).is(http.StatusOK).str("display_name"))
	change(map[string]any{"password": x["new password"], "current_password": x["mistyped password"]}).
		refused(http.StatusUnprocessableEntity, "current-password-wrong")
	change(map[string]any{"password": x["new password"], "current_password": x["password"]}).is(http.StatusOK)
	l.ann.signIn(x["new password"]).is(http.StatusOK)
	change(map[string]any{"email": x["new email"], "current_password": x["new password"]}).is(http.StatusOK)
	l.nobody().call(http.MethodPost, "/v1/users/confirm", map[string]any{"token": l.mailed(l.t, x["new email"], "Confirm your email address")}).
		is(http.StatusNoContent)
	l.ann.email = x["new email"]
	l.nobody().call(http.MethodPost, "/v1/password/forgot", map[string]any{"email": x["new email"]}).is(http.StatusAccepted)
	l.nobody().call(http.MethodPost, "/v1/password/reset",
		map[string]any{"token": l.mailed(l.t, x["new email"], "Set a new password"), "password": x["password after all"]}).is(http.StatusNoContent)
	l.ann.signIn(x["password after all"]).is(http.StatusOK)
	require.Len(l.t, l.root().list("/v1/users?email="+x["new email"]).Data, 1)
	soon(l.t, func() bool {
		require.Equal(l.t, x["new email"], l.ann.self().read("/v1/users/me").is(http.StatusOK).str("email"))
		return kept(l.redis, l.ann.id)
	})
	key, err := l.app.vault.Key(l.t.Context(), l.ann.id)
	require.NoError(l.t, err)
	x["key"] = string(key.Bytes())
}

// movesMoney pays into Ann's wallet by card, of which Florin tells her.
func (l *life) movesMoney() {
	l.wallet = l.ann.self().post("/v1/wallets", "wallet", map[string]any{"name": "Main"}).is(http.StatusCreated).str("id")
	intent := stripetest.PaymentIntent(l.t, l.paid("pi_of_ann", 1050, l.wallet))
	for range 2 {
		l.deliver(l.t, "payment_intent.succeeded", intent, stripetest.Options{}).is(http.StatusOK)
	}
	soon(l.t, func() bool {
		list := l.ann.self().read("/v1/messages?with=florin").is(http.StatusOK)
		return strings.Contains(string(list.Body), l.secrets["notice"])
	})
	l.withdraws()
	l.money = l.books()
	require.Contains(l.t, l.money, `"1050"`)
}

// withdraws has some of it go to Ann's bank, after every mistake that she can make, and finance approve it.
func (l *life) withdraws() {
	x, ann, boss := l.secrets, l.ann.self(), l.finance().in(l.t)
	asks := func(k string, to map[string]any, options ...option) *answer {
		return ann.post("/v1/withdrawals", k, map[string]any{"wallet_id": l.wallet, "amount": yen("100"), "destination": to}, options...)
	}
	asks("w-1", map[string]any{"type": "iban", "name": x["account holder"], "iban": x["IBAN"] + "0"}).refused(http.StatusBadRequest, "invalid-field")
	asks("w-2", map[string]any{"type": "iban", "name": x["account holder"], "ibann": x["IBAN"]}).refused(http.StatusBadRequest, "unknown-field")
	asks("w-3", map[string]any{"type": "us_bank", "name": x["account holder"], "routing_number": x["IBAN"]}).refused(http.StatusBadRequest, "invalid-field")
	to := map[string]any{"type": "iban", "name": x["account holder"], "iban": x["IBAN"]}
	x["withdrawal"] = "POST /v1/withdrawals\n" + canonicalOf(l.t, map[string]any{"wallet_id": l.wallet, "amount": yen("100"), "destination": to})
	l.withdrawal = asks("w-4", to).is(http.StatusCreated).str("id")
	require.Equal(l.t, l.withdrawal, asks("w-4", to).is(http.StatusCreated).replayed(true).str("id"))
	ann.post("/v1/withdrawals", "w-5", map[string]any{"wallet_id": l.wallet, "amount": yen("9999"), "destination": to}).
		refused(http.StatusUnprocessableEntity, "insufficient-funds")
	later := asks("w-6", map[string]any{"type": "provider", "provider": "stripe", "account": x["account"]}, header("Prefer", "respond-async")).
		is(http.StatusAccepted).str("id")
	soon(l.t, func() bool { return ann.get("/v1/commands/"+later).is(http.StatusOK).str("status") == "done" })
	boss.steps(l.withdrawal, "approve", "w-7", map[string]any{}).is(http.StatusOK)
	whole := boss.read("/v1/withdrawals/" + l.withdrawal).is(http.StatusOK)
	require.Equal(l.t, []string{x["account holder"], x["IBAN"]}, []string{whole.str("destination", "name"), whole.str("destination", "iban")})
	require.Equal(l.t, x["IBAN"][18:], ann.read("/v1/withdrawals/"+l.withdrawal).is(http.StatusOK).str("destination", "last4"))
}

// someIBAN is a German account that nobody has: the check digits are 98 less what the rest leaves of 97.
func someIBAN() string {
	digits := make([]byte, 18)
	rand.Read(digits)
	rest := 0
	for i := range digits {
		digits[i] = '0' + digits[i]%10
		rest = (rest*10 + int(digits[i]-'0')) % 97
	}
	for _, digit := range []int{1, 3, 1, 4, 0, 0} { // DE00
		rest = (rest*10 + digit) % 97
	}
	return fmt.Sprintf("DE%02d%s", 98-rest, digits)
}

// books are the entries of Ann's wallet and the trial balance.
func (l *life) books() string {
	finance := l.finance().in(l.t)
	return jsonOf(l.t, finance.read("/v1/ledgers/main/accounts/"+available(l.wallet)+"/entries").is(http.StatusOK).at("data")) +
		jsonOf(l.t, finance.read("/v1/ledgers/main/trial-balance").is(http.StatusOK).at("data"))
}

// writes has Ann write to Bob, and to herself, and look for it.
func (l *life) writes() {
	x, ann := l.secrets, l.ann.self()
	for _, form := range []string{
		fmt.Sprintf(`{"to":%q,"subject":7,"body":%q}`, l.bob.id, x["note"]), fmt.Sprintf(`{"to":%q,"bodi":%q}`, l.bob.id, x["note"]),
		fmt.Sprintf(`{"to":%q,"body":"x"}`, x["note"]),
	} {
		require.Contains(l.t, []int{http.StatusBadRequest, http.StatusUnprocessableEntity}, ann.call(http.MethodPost, "/v1/messages", form).Status, form)
	}
	live := ann.follow("")
	l.message = ann.writes(l.bob.id, x["subject"], x["body"])
	require.Equal(l.t, x["body"], live.next(l.t).body)
	live.cut()
	ann.call(http.MethodPatch, "/v1/messages/"+l.message, map[string]any{"subject": x["new subject"], "body": x["new body"]}).is(http.StatusOK)
	ann.call(http.MethodPost, "/v1/messages", map[string]any{"body": x["note"]}).is(http.StatusCreated)
	later := ann.call(http.MethodPost, "/v1/messages", map[string]any{"to": l.bob.id, "body": x["later message"]},
		key("later"), header("Prefer", "respond-async")).is(http.StatusAccepted).str("id")
	soon(l.t, func() bool { return ann.get("/v1/commands/"+later).is(http.StatusOK).str("status") == "done" })
	l.bob.call(http.MethodPost, "/v1/messages", map[string]any{"to": l.ann.id, "body": x["answer"], "in_reply_to": l.message}).is(http.StatusCreated)
	require.Equal(l.t, []string{l.message}, ann.read("/v1/messages?q="+x["word"]).ids())
	require.Empty(l.t, ann.read("/v1/messages?q="+x["searched"]).ids())
	require.Len(l.t, ann.read("/v1/messages").ids(), 5, "three that she wrote, an answer, and a notice")
	first := l.bob.read("/v1/messages/" + l.message).is(http.StatusOK)
	require.Equal(l.t, []string{x["new name"], x["new subject"], x["new body"]}, []string{first.str("from_name"), first.str("subject"), first.str("body")})
}

// leavesDeadLetters sends what cannot be decoded, as somebody might who talks to NATS himself: with what is
// sealed of Ann in it, which is all that there is to send.
func (l *life) leavesDeadLetters() {
	sealed, err := json.Marshal(l.ann.state())
	require.NoError(l.t, err)
	store := postgres.NewStore(l.app.reads)
	answer, err := journal.NewDispatcher(shard, l.app.bus, store, store, time.Now).Do(l.t.Context(), journal.Command{
		ID: journal.NewCommandID("test", "dead"), Type: users.CommandChangeUser, Actor: l.ann.id,
		Data: fmt.Appendf(nil, `{"user_id":%q,"version":"seven","display_name":%s}`, l.ann.id, sealed),
	})
	require.NoError(l.t, err)
	require.Equal(l.t, journal.Dead, answer.Outcome.Status)
	conn, err := nats.Connect(l.nats.URL())
	require.NoError(l.t, err)
	defer conn.Close()
	_, err = conn.Request("florin.commands.0", append([]byte(l.ann.id), sealed...), patience)
	require.NoError(l.t, err)
	soon(l.t, func() bool {
		var n int
		l.query(l.t, &n, "SELECT count(*) FROM dead_letters")
		return n == 2
	})
}

// wrappedKey is how the vault keeps Ann's key.
func (l *life) wrappedKey() string {
	l.t.Helper()
	var wrapped []byte
	l.ofVault(&wrapped, "SELECT wrapped FROM person_key WHERE person = $1", l.ann.id)
	return string(wrapped)
}

// ofVault reads one value from the vault's database.
func (l *life) ofVault(into any, sql string, args ...any) {
	l.t.Helper()
	ctx := l.t.Context()
	conn, err := pgx.Connect(ctx, l.settings.KeysDatabaseURL)
	require.NoError(l.t, err)
	defer conn.Close(context.WithoutCancel(ctx))
	require.NoError(l.t, conn.QueryRow(ctx, sql, args...).Scan(into))
}

// cannotComeBack tries what Ann has left to come in by.
func (l *life) cannotComeBack() {
	l.t.Helper()
	l.ann.signIn(l.secrets["password after all"]).refused(http.StatusUnauthorized, "invalid-credentials")
	l.nobody().call(http.MethodPost, "/v1/token/refresh", map[string]any{"refresh_token": l.ann.renew}).
		refused(http.StatusUnauthorized, "refresh-token-invalid")
	l.ann.self().get("/v1/users/me").is(http.StatusUnauthorized)
}

// isUnreadable says that nobody can read anything of Ann, and that Bob reads what she wrote to him, by nobody.
func (l *life) isUnreadable() {
	l.t.Helper()
	x := l.secrets
	shown := l.root().read("/v1/users/" + l.ann.id).is(http.StatusOK)
	require.Equal(l.t, "erased", shown.str("status"))
	for _, field := range []string{"email", "pending_email", "display_name"} {
		require.Contains(l.t, []any{nil, ""}, shown.at(field), field)
	}
	require.Empty(l.t, l.root().list("/v1/users?email="+x["email"]).Data)
	require.Empty(l.t, l.root().list("/v1/users?email="+x["new email"]).Data)
	first := l.bob.read("/v1/messages/" + l.message).is(http.StatusOK)
	require.Equal(l.t, []any{l.ann.id, nil, x["new subject"], x["new body"]},
		[]any{first.at("from"), first.at("from_name"), first.at("subject"), first.at("body")})
	require.Equal(l.t, x["body"], l.bob.read("/v1/messages/"+l.message+"/history").is(http.StatusOK).str("data", 0, "body"), "before she changed it")
	require.Equal(l.t, []string{l.message}, l.bob.read("/v1/messages?q="+x["word"]).ids())
	require.Len(l.t, l.bob.read("/v1/messages?with="+l.ann.id).ids(), 3)
	l.bob.call(http.MethodPost, "/v1/messages", map[string]any{"to": l.ann.id, "body": "Are you there?"}).
		refused(http.StatusUnprocessableEntity, "recipient-not-found")
	require.Equal(l.t, map[string]any{"type": "iban", "erased": true}, l.root().read("/v1/withdrawals/"+l.withdrawal).is(http.StatusOK).at("destination"))
	require.Equal(l.t, l.money, l.books(), "the money is where it was")
	l.verify()
}

// isGone says that the journal knows of it, too.
func (l *life) isGone() {
	l.t.Helper()
	require.Equal(l.t, users.StatusErased, l.ann.state().Status)
	l.isUnreadable()
	require.NotNil(l.t, l.root().read("/v1/users/"+l.ann.id).at("erased_at"))
}

// left says where Ann's id is still, which the books need, and where it is not any more.
func (l *life) left(v survey, pseudonym *needles) {
	l.t.Helper()
	places := v.places(pseudonym)
	require.Subset(l.t, places, []string{"journal table events_00000", "journal table state", "vault table person_key"})
	for _, place := range places {
		for _, gone := range []string{"session", "mailbox_words", "mailbox_change", "person_role"} {
			require.NotContains(l.t, place, gone)
		}
	}
	var schema string
	l.query(l.t, &schema, "SELECT quote_ident(schemaname) FROM pg_tables WHERE tablename = 'mailbox'")
	var hers, his int
	l.query(l.t, &hers, "SELECT count(*) FROM "+schema+".mailbox WHERE owner = $1", l.ann.id)
	require.Zero(l.t, hers, "her messages")
	l.query(l.t, &his, "SELECT count(*) FROM "+schema+".mailbox WHERE owner = $1 AND counterpart = $2", l.bob.id, l.ann.id)
	require.Equal(l.t, 3, his, "what she wrote to him, and his answer")
}

// eraseAgain tells the journal of the erasures that the vault knows of.
func (l *life) eraseAgain() string {
	l.t.Helper()
	code, out, errs := invoke(l.t, "vault", "erase-again", "--database-url", l.settings.DatabaseURL,
		"--keys-database-url", l.settings.KeysDatabaseURL, "--master-keys", l.settings.MasterKeys)
	require.Equal(l.t, 0, code, errs)
	return out
}

// isErasedSoon waits for the writer, and has what is read from then on be as new as that.
func (l *life) isErasedSoon() {
	l.t.Helper()
	require.Eventually(l.t, func() bool { return l.ann.state().Status == users.StatusErased }, patience, 5*time.Millisecond)
	now := journal.Token{Shard: shard}
	l.query(l.t, &now.Position, "SELECT position FROM shard_head")
	l.saw(now.String())
}

// copyStore copies what NATS has on disk, which has been stopped.
func (l *life) copyStore() string {
	l.t.Helper()
	dir := l.t.TempDir()
	require.NoError(l.t, os.CopyFS(dir, os.DirFS(l.nats.StoreDir())))
	return dir
}

// storeOf puts a copy back.
func (l *life) storeOf(dir string) {
	l.t.Helper()
	require.NoError(l.t, os.RemoveAll(l.nats.StoreDir()))
	require.NoError(l.t, os.CopyFS(l.nats.StoreDir(), os.DirFS(dir)))
}

// bobReturns signs Bob in, after all sessions were ended.
func (l *life) bobReturns() {
	l.t.Helper()
	l.bob.signIn(goodPassword).is(http.StatusOK)
	l.bob.caller = l.bob.self()
}

// endSessions is the first step after a restore. Positions that were answered before it mean nothing.
func (l *life) endSessions() {
	l.t.Helper()
	l.does("1. End all sessions, in `psql`: `", "`")
	l.seen = journal.Token{}
}

// rebuildProjections has them made anew from the journal, while nothing runs.
func (l *life) rebuildProjections() {
	l.t.Helper()
	code, _, errs := invoke(l.t, "projections", "rebuild", "--all", "--database-url", l.settings.DatabaseURL,
		"--keys-database-url", l.settings.KeysDatabaseURL, "--master-keys", l.settings.MasterKeys)
	require.Equal(l.t, 0, code, errs)
	var first int
	l.query(l.t, &first, "SELECT count(*) FROM projection_live WHERE generation = 1")
	require.Zero(l.t, first, "of what was read before")
}

// does executes what docs/operating.md says between two texts.
func (l *life) does(after, before string) {
	l.t.Helper()
	text, err := os.ReadFile("../../docs/operating.md")
	require.NoError(l.t, err)
	_, rest, found := strings.Cut(string(text), after)
	require.True(l.t, found, after)
	statement, _, found := strings.Cut(rest, before)
	require.True(l.t, found, before)
	ctx := l.t.Context()
	conn, err := pgx.Connect(ctx, l.settings.DatabaseURL)
	require.NoError(l.t, err)
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, statement)
	require.NoError(l.t, err)
}
