package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/users/seal/sealtest"
)

const (
	ann      = "Ann@example.com"
	secret   = "correct horse battery"
	publicly = "https://pay.example.com/florin"
)

var errAway = errors.New("away")

// house is a desk over the rules of users, with everything around it in memory. Time runs only when a test
// waits (see inHouse).
type house struct {
	*Desk
	t      *testing.T
	vault  *sealtest.Vault
	people *directory
	hasher *hasher
	post   *postbox
	purged *purged
	log    *logBook
}

// inHouse runs a test in a bubble of its own time, with the background running.
func inHouse(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	atRest(t, func(t *testing.T, h *house) {
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.Run(ctx) }()
		defer func() {
			stop()
			assert.NoError(t, <-ended)
		}()
		test(t, h)
	})
}

// atRest does the same without the background.
func atRest(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		test(t, h)
		for _, personal := range []string{"@", "horse"} {
			assert.NotContains(t, h.log.String(), personal, "nothing personal is logged")
		}
	})
}

func newHouse(t *testing.T) *house {
	t.Helper()
	links, err := NewLinks([]byte("an installation's secret of 32 b"))
	require.NoError(t, err)
	registry := journal.NewRegistry()
	users.Register(registry)
	h := &house{
		t: t, vault: sealtest.NewVault(), hasher: &hasher{}, post: &postbox{}, purged: &purged{}, log: &logBook{},
		people: &directory{book: decidetest.Open(t, false, users.Register)},
	}
	h.Desk, err = New(registry, links, Ports{
		Vault: h.vault, Directory: h.people, Hasher: h.hasher, Sessions: h.purged, Mailer: h.post,
	}, Config{PublicURL: publicly, Log: slog.New(slog.NewTextHandler(h.log, nil))})
	require.NoError(t, err)
	return h
}

// publish has a command decided, and what follows from its events done.
func (h *house) publish(commandType string, command any) journal.Answer {
	h.t.Helper()
	a := h.people.publish(commandType, command)
	for i := range a.Events {
		key := func(n int) string { return a.Events[i].Type + string(rune('0'+n)) }
		require.NoError(h.t, h.MailEffect(h.t.Context(), &a.Events[i], key))
		require.NoError(h.t, h.ErasureEffect(h.t.Context(), &a.Events[i], key))
	}
	return a
}

// register registers somebody, and waits for what follows in the background.
func (h *house) register(email string) (userID string) {
	h.t.Helper()
	c, err := h.NewRegistration(h.t.Context(), email, secret, "Ann of Example")
	require.NoError(h.t, err)
	userID, err = h.Registered(h.t.Context(), c, h.publish(users.CommandRegister, c))
	require.NoError(h.t, err)
	synctest.Wait()
	return userID
}

// member registers somebody and confirms the address by the letter.
func (h *house) member(email string) (userID string) {
	h.t.Helper()
	userID = h.register(email)
	h.confirm(h.post.last(h.t, email))
	return userID
}

// confirm does what a letter's link does.
func (h *house) confirm(m Mail) {
	h.t.Helper()
	c, err := h.Confirm(tokenIn(h.t, m))
	require.NoError(h.t, err)
	require.Nil(h.t, h.publish(users.CommandConfirmEmail, c).Outcome.Refusal)
}

// erase has somebody erased, as a handler does.
func (h *house) erase(userID string) {
	h.t.Helper()
	require.Nil(h.t, h.publish(users.CommandEraseUser, users.EraseUser{UserID: userID}).Outcome.Refusal)
}

// state returns what is known of a person.
func (h *house) state(userID string) users.State {
	h.t.Helper()
	u, _, err := h.people.User(h.t.Context(), userID)
	require.NoError(h.t, err)
	return u
}

// tokenIn returns the token that a letter has in its link and on a line of its own.
func tokenIn(t *testing.T, m Mail) string {
	t.Helper()
	link := regexp.MustCompile(`(?m)^  https://pay\.example\.com/florin/(confirm|reset)\?token=([A-Za-z0-9_-]+)$`).FindStringSubmatch(m.Text)
	require.NotNil(t, link, m.Text)
	require.Regexp(t, `(?m)^  `+link[2]+`$`, m.Text)
	return link[2]
}

// directory has the decision state of a book.
type directory struct {
	mu    sync.Mutex
	book  *decidetest.Book
	asked int
	fault error
}

func (d *directory) publish(commandType string, command any) journal.Answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.book.When(commandType, command)
	if a.Refusal != nil {
		return journal.Answer{Outcome: journal.Outcome{Status: journal.Refused, Refusal: a.Refusal}}
	}
	answer := journal.Answer{Outcome: journal.Outcome{Status: journal.Done}}
	for _, e := range a.Events {
		written := *e
		written.Body = nil // as they come from the journal
		answer.Events = append(answer.Events, written)
	}
	return answer
}

// read reads one row, with the lock held.
func (d *directory) read(key string, into any) (ok bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	data, ok := d.book.State()[key]
	if d.fault != nil || !ok {
		return false, d.fault
	}
	return true, json.Unmarshal([]byte(data), into)
}

func (d *directory) User(_ context.Context, userID string) (u users.State, ok bool, err error) {
	ok, err = d.read(users.People().Key(userID), &u)
	return u, ok, err
}

func (d *directory) Holder(_ context.Context, token string) (userID string, ok bool, err error) {
	var a users.Address
	if ok, err = d.read(users.Addresses().Key(token), &a); !ok || a.Retired {
		return "", false, err
	}
	return a.UserID, true, nil
}

func (d *directory) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = err
}

// hasher is quick, and counts.
type hasher struct {
	hashed, verified int
	longest          int // password, in bytes
	version          string
	fault            error
}

func (f *hasher) Hash(_ context.Context, password string) (string, error) {
	f.hashed++
	f.longest = max(f.longest, len(password))
	return "hash" + f.version + ":" + password, f.fault
}

func (f *hasher) Verify(_ context.Context, password, hash string) (ok, stale bool, err error) {
	f.verified++
	f.longest = max(f.longest, len(password))
	head, hashed, _ := strings.Cut(hash, ":")
	ok = hash != "" && hashed == password
	return ok, ok && head != "hash"+f.version, f.fault
}

// postbox keeps letters, or fails: as often as there are errors.
type postbox struct {
	mu      sync.Mutex
	letters []Mail
	tries   int
	errs    []error
}

func (p *postbox) Send(_ context.Context, m Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries++
	if len(p.errs) > 0 {
		err := p.errs[0]
		p.errs = p.errs[1:]
		return err
	}
	p.letters = append(p.letters, m)
	return nil
}

func (p *postbox) all() []Mail {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Mail(nil), p.letters...)
}

// last returns the last letter, which has to be for an address.
func (p *postbox) last(t *testing.T, to string) Mail {
	t.Helper()
	letters := p.all()
	require.NotEmpty(t, letters)
	require.Equal(t, to, letters[len(letters)-1].To)
	return letters[len(letters)-1]
}

func (p *postbox) fail(errs ...error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errs = errs
}

// purged notes whose sessions were deleted.
type purged struct {
	people []string
	fault  error
}

func (p *purged) Purge(_ context.Context, userID string) error {
	p.people = append(p.people, userID)
	return p.fault
}

// logBook keeps what is logged.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBook) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(data)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// pass lets time pass, and what is due then happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// opened returns what is sealed for a person.
func (h *house) opened(userID, label string, sealed seal.Text) string {
	h.t.Helper()
	key, err := h.vault.Key(h.t.Context(), userID)
	require.NoError(h.t, err)
	plain, err := key.Open(label, sealed)
	require.NoError(h.t, err)
	return string(plain)
}
