package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/localpg"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// TestBackups goes through "Backups" of docs/operating.md with a service: both servers are backed up, the journal's is lost
// and restored with everything, then taken back to a time before somebody was erased, and then the vault is.
func TestBackups(t *testing.T) {
	t.Parallel()
	x := beginBackups(t)
	x.pay(1)
	ann, bob := x.person(1, "ann@example.com"), x.person(2, "bob@example.com")
	base, vaultsBase := x.journal.backUp(), x.vault.backUp()
	x.pay(2)
	before := ask[time.Time](x.journal, "SELECT clock_timestamp()")
	ask[string](x.vault, "SELECT pg_create_restore_point('before-the-erasure')::text")
	decided(t, x.app, users.CommandEraseUser, users.EraseUser{UserID: ann})
	require.Eventually(t, func() bool { return x.unreadable(ann) }, patience, 5*time.Millisecond)
	x.pay(4)
	x.journal.archive()
	x.vault.archive(x.vault.run(x.vault.path("standby"), x.vault.Cluster))
	watched, err := postgres.TakeSurvey(t.Context(), x.app.work, shard)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), watched.LogArchived, patience)
	x.isChecked()
	x.pay(8)
	x.serverIsLost(base, ann)
	x.pay(16)
	require.Equal(t, "31", x.balance())
	x.verify()
	x.journal.archive()
	x.isTakenBack(base, before, ann, bob)
	x.vaultIsTakenBack(vaultsBase, ann, bob)
	x.lapse()
}

// serverIsLost restores the journal with all that was answered. The service goes on.
func (x *backups) serverIsLost(base, erased string) {
	x.t.Helper()
	open := ask[string](x.journal, "SELECT pg_walfile_name(pg_current_wal_lsn())")
	require.NotContains(x.t, x.journal.archived(), open, "the last segment is not archived yet")
	x.journal.die()
	x.stop()
	x.journal.restore("second", []string{"LOST_WAL=" + filepath.Join(x.journal.data(), "pg_wal")}, base)
	x.readdress()
	x.start()
	require.Equal(x.t, "15", x.balance())
	require.NotContains(x.t, string(x.said.read()), "lost acknowledged events")
	require.Equal(x.t, users.StatusErased, x.status(erased))
}

// isTakenBack restores the journal as it was before the erasure: the shard halts until the loss is accepted.
func (x *backups) isTakenBack(base string, before time.Time, erased, other string) {
	x.t.Helper()
	x.stop()
	x.journal.restore("third", nil, base, "recovery_target_time="+before.UTC().Format("2006-01-02 15:04:05.000000-07"))
	x.readdress()
	require.Equal(x.t, "1 people are to be erased again\n", x.florin("vault", "erase-again"))
	ready := x.launch()
	require.Eventually(x.t, func() bool { return x.app.writer.Status().Role == journal.Halted }, patience, 5*time.Millisecond)
	require.Contains(x.t, string(x.said.read()), "the store has lost acknowledged events")
	require.Equal(x.t, users.StatusActive, x.status(erased), "the journal knows of no erasure, and nobody writes")
	require.Contains(x.t, x.florin("shard", "accept-loss", "--reason", "taken back"), "on timeline 2\n")
	x.await(ready)
	x.seen = journal.Token{} // what was answered before means nothing

	// What still lay on the bus is decided again, as something new, or is given up.
	want := 3 + 32
	x.pay(32)
	for _, amount := range []int{4, 8, 16} {
		again := x.asks(amount)
		if again.Status == http.StatusCreated {
			want += amount
			require.NotEqual(x.t, x.paid[amount], again.str("id"))
		} else {
			again.refused(http.StatusUnprocessableEntity, "command-expired")
		}
		x.finance().get("/v1/ledgers/main/transactions/"+x.paid[amount]).refused(http.StatusNotFound, "transaction-not-found")
	}
	require.Equal(x.t, fmt.Sprint(want), x.balance())
	require.Eventually(x.t, func() bool { return x.status(erased) == users.StatusErased }, patience, 5*time.Millisecond)
	require.Equal(x.t, users.StatusActive, x.status(other))
	require.True(x.t, x.unreadable(erased))
	require.False(x.t, x.unreadable(other))
	require.Equal(x.t, "0 people are to be erased again\n", x.florin("vault", "erase-again"))
	x.verify()
}

// vaultIsTakenBack restores the vault as it was before the erasure, which the journal knows of.
func (x *backups) vaultIsTakenBack(base, erased, other string) {
	x.t.Helper()
	x.stop()
	x.vault.restore("second", nil, base, "recovery_target_name=before-the-erasure")
	x.readdress()
	require.False(x.t, x.unreadable(erased), "the backup has the key")
	require.Equal(x.t, "1 people are erased and 1 addresses given up, here as in the journal\n", x.florin("vault", "restored"))
	require.True(x.t, x.unreadable(erased))
	require.False(x.t, x.unreadable(other))
}

// backups is a service on two servers that are backed up.
type backups struct {
	*service
	journal, vault *backedUp
	said           *logbook
	paid           map[int]string // transactions, by what was paid
}

func beginBackups(t *testing.T) *backups {
	t.Helper()
	x := &backups{service: prepareService(t), journal: startBackedUp(t), vault: startBackedUp(t), said: &logbook{}, paid: map[int]string{}}
	x.log = slog.New(slog.NewTextHandler(x.said, nil))
	x.readdress()
	code, _, errs := invoke(t, "migrate", "--database-url", x.settings.DatabaseURL, "--keys-database-url", x.settings.KeysDatabaseURL)
	require.Equal(t, 0, code, errs)
	x.start()
	t.Cleanup(func() { x.stop() }) // the one that runs then
	return x
}

// readdress has what is started from now on use the servers as they are now.
func (x *backups) readdress() {
	x.settings.DatabaseURL, x.settings.KeysDatabaseURL = x.journal.URL(localpg.ServiceDatabase), x.vault.URL(localpg.VaultDatabase)
}

const savings = "liabilities:user:savings"

// asks pays an amount, under a key of its own.
func (x *backups) asks(amount int) *answer {
	x.t.Helper()
	return x.finance().post("/v1/ledgers/main/transactions", fmt.Sprint("pay ", amount),
		transaction(pays("equity:opening", savings, fmt.Sprint(amount), "JPY")))
}

func (x *backups) pay(amount int) {
	x.t.Helper()
	x.paid[amount] = x.asks(amount).is(http.StatusCreated).str("id")
}

func (x *backups) balance() string {
	x.t.Helper()
	return x.finance().balance(savings, "JPY")
}

// person registers somebody.
func (x *backups) person(n byte, email string) string {
	x.t.Helper()
	id, _ := registered(x.t, x.app, n, email)
	return id
}

// status is what the journal says of somebody.
func (x *backups) status(id string) users.Status {
	x.t.Helper()
	u, ok, err := postgres.NewDirectory(x.app.reads).User(x.t.Context(), id)
	require.NoError(x.t, err)
	require.True(x.t, ok)
	return u.Status
}

// unreadable says whether the vault has no key of somebody any more.
func (x *backups) unreadable(id string) bool {
	x.t.Helper()
	v, pool, err := x.settings.openVault(x.t.Context())
	require.NoError(x.t, err)
	defer pool.Close()
	_, err = v.Key(x.t.Context(), id)
	if err != nil {
		require.ErrorIs(x.t, err, seal.ErrNoKey)
	}
	return err != nil
}

// florin runs a command on the databases.
func (x *backups) florin(args ...string) string {
	x.t.Helper()
	args = append(args, "--database-url", x.settings.DatabaseURL)
	if args[0] == "vault" {
		args = append(args, "--keys-database-url", x.settings.KeysDatabaseURL, "--master-keys", x.settings.MasterKeys)
	}
	code, out, errs := invoke(x.t, args...)
	require.Equal(x.t, 0, code, errs)
	return out
}

// isChecked runs check.sh beside the service. Its command hands the address over, and waits for this process to verify
// what is there, which has all that was archived. It waits no longer than its folder is there.
func (x *backups) isChecked() {
	x.t.Helper()
	room := x.journal.path("room")
	x.journal.makeOwn(room)
	url, done := filepath.Join(room, "url"), filepath.Join(room, "done")
	wait := `echo "$DATABASE_URL" >"$1.part"; mv "$1.part" "$1"; until [ -e "$2" ]; do [ -d "${2%/*}" ] || exit 8; sleep 0.05; done; exit 7`
	cmd := x.journal.Command(x.t.Context(), x.journal.script("check.sh"), x.journal.path("backups"), x.journal.path("archive"),
		localpg.ServiceDatabase, "/bin/sh", "-c", wait, "sh", url, done)
	cmd.Env = append(cmd.Env, "TMPDIR="+room)
	var said logbook
	x.t.Cleanup(func() {
		if x.t.Failed() {
			x.t.Logf("check.sh: %s", said.read())
		}
	})
	cmd.Stdout, cmd.Stderr = &said, &said
	require.NoError(x.t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var address []byte
	require.Eventually(x.t, func() (there bool) {
		var err error
		address, err = os.ReadFile(url)
		return err == nil
	}, patience, 10*time.Millisecond, "it does not come so far")
	restored := strings.TrimSpace(string(address))
	code, out, errs := invoke(x.t, "verify", "--database-url", restored)
	require.Equal(x.t, 0, code, out+errs)
	pool, err := openPool(x.t.Context(), restored, 1, 0)
	require.NoError(x.t, err)
	var position int64
	err = pool.QueryRow(x.t.Context(), `SELECT position FROM shard_head`).Scan(&position)
	pool.Close()
	require.NoError(x.t, err)
	require.GreaterOrEqual(x.t, position, x.position().Position)
	require.NoError(x.t, os.WriteFile(done, nil, 0o600))
	require.ErrorContains(x.t, <-ended, "exit status 7", "its command's exit code")
	left, err := filepath.Glob(filepath.Join(room, "florin-check*"))
	require.NoError(x.t, err)
	require.Empty(x.t, left)
	require.NotContains(x.t, x.journal.archived(), "00000002.history", "what is looked at writes nothing to the archive")
}

// lapse makes a backup when the others are old: they go, and what was archived before it.
func (x *backups) lapse() {
	x.t.Helper()
	b := x.vault
	old := filepath.Join(b.path("backups"), "20200101T000000Z")
	require.NoError(x.t, os.Rename(b.backups()[0], old))
	first := slices.Min(b.archived())
	b.archive()
	kept := b.backUp()
	require.Equal(x.t, []string{kept}, b.backups())
	label, err := os.ReadFile(filepath.Join(kept, "backup_label"))
	require.NoError(x.t, err)
	begin := regexp.MustCompile(`START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)`).FindSubmatch(label)
	require.NotNil(x.t, begin, "%s", label)
	var segments []string
	for _, name := range b.archived() {
		if len(name) == len(begin[1]) { // not of a timeline, nor a label
			segments = append(segments, name[8:])
		}
	}
	require.NotContains(x.t, segments, first[8:])
	require.Contains(x.t, segments, string(begin[1][8:]))
	require.Equal(x.t, string(begin[1][8:]), slices.Min(segments), "a backup is worth nothing without what was written since it began")
}
