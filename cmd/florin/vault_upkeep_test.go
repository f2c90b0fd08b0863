package main

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/adapters/postgres/vault"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// decided has a command of people decided by a running service.
func decided(t *testing.T, a *app, commandType string, body any) {
	t.Helper()
	data, err := json.Marshal(body)
	require.NoError(t, err)
	store := postgres.NewStore(a.reads)
	answer, err := journal.NewDispatcher(shard, a.bus, store, store, time.Now).
		Do(t.Context(), journal.Command{ID: journal.NewCommandID(t.Name(), commandType+string(data)), Type: commandType, Data: data, Actor: "test"})
	require.NoError(t, err)
	require.Equal(t, journal.Done, answer.Outcome.Status, "%+v", answer.Outcome)
}

// registered makes a person with a key and an address in the vault.
func registered(t *testing.T, a *app, n byte, email string) (userID, token string) {
	t.Helper()
	userID = journal.FormatID("usr", [16]byte{15: n})
	key, err := a.vault.Create(t.Context(), userID)
	require.NoError(t, err)
	token, err = a.vault.Token(t.Context(), email)
	require.NoError(t, err)
	decided(t, a, users.CommandRegister, users.RegisterUser{UserID: userID, EmailToken: token,
		Email: key.Seal(users.LabelEmail, []byte(email)), Credential: key.Seal(users.LabelCredential, []byte("hash"))})
	return userID, token
}

// A key that another process has destroyed is forgotten as soon as the erasure is heard of, long before
// it would be read again.
func TestErasureIsHeard(t *testing.T) {
	s := startService(t)
	ann, _ := registered(t, s.app, 1, "ann@example.com")
	bob, _ := registered(t, s.app, 2, "bob@example.com")
	elsewhere, pool, err := s.settings.openVault(t.Context())
	require.NoError(t, err)
	defer pool.Close()
	require.NoError(t, elsewhere.Destroy(t.Context(), ann))
	_, err = s.app.vault.Key(t.Context(), ann)
	require.NoError(t, err, "this process has not heard of it yet")

	decided(t, s.app, users.CommandEraseUser, users.EraseUser{UserID: ann})
	require.Eventually(t, func() bool {
		_, err := s.app.vault.Key(t.Context(), ann)
		return errors.Is(err, seal.ErrNoKey)
	}, vault.RememberFor/2, time.Millisecond)
	_, err = s.app.vault.Key(t.Context(), bob)
	require.NoError(t, err)
}

// A backup of the vault brings back what was destroyed since; the journal knows better.
func TestVaultIsPutRightAfterARestore(t *testing.T) {
	s := startService(t)
	ann, _ := registered(t, s.app, 1, "ann@example.com")
	bob, bobs := registered(t, s.app, 2, "bob@example.com")
	super, err := pgx.Connect(t.Context(), pgtest.Super(t, s.settings.KeysDatabaseURL))
	require.NoError(t, err)
	defer super.Close(t.Context())
	execute := func(sql string) {
		t.Helper()
		_, err := super.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	execute("CREATE TABLE backup_keys AS SELECT * FROM person_key")
	execute("CREATE TABLE backup_addresses AS SELECT * FROM email_address")

	decided(t, s.app, users.CommandEraseUser, users.EraseUser{UserID: ann})
	require.Eventually(t, func() bool {
		_, known, err := s.app.vault.Find(t.Context(), "ann@example.com")
		require.NoError(t, err)
		erased, err := s.app.vault.Erasures(t.Context(), vault.Erasure{}, 1)
		require.NoError(t, err)
		return !known && len(erased) == 1
	}, patience, 5*time.Millisecond)

	execute("TRUNCATE person_key, email_address")
	execute("INSERT INTO person_key SELECT * FROM backup_keys")
	execute("INSERT INTO email_address SELECT * FROM backup_addresses")
	code, out, errs := invoke(t, "vault", "restored", "--database-url", s.settings.DatabaseURL,
		"--keys-database-url", s.settings.KeysDatabaseURL, "--master-keys", s.settings.MasterKeys)
	require.Equal(t, 0, code, errs)
	require.Equal(t, "1 people are erased and 1 addresses given up, here as in the journal\n", out)

	v, pool, err := s.settings.openVault(t.Context())
	require.NoError(t, err)
	defer pool.Close()
	_, err = v.Key(t.Context(), ann)
	require.ErrorIs(t, err, seal.ErrNoKey)
	_, ok, err := v.Find(t.Context(), "ann@example.com")
	require.NoError(t, err)
	require.False(t, ok)
	_, err = v.Key(t.Context(), bob)
	require.NoError(t, err)
	token, ok, err := v.Find(t.Context(), "bob@example.com")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, bobs, token)
}

func TestOrphansAreSweptByAJournalOfToday(t *testing.T) {
	s := startService(t)
	ann, _ := registered(t, s.app, 1, "ann@example.com")
	orphan := journal.FormatID("usr", [16]byte{15: 2})
	_, err := s.app.vault.Create(t.Context(), orphan)
	require.NoError(t, err)
	const customer = "customer 7" // a service's, whose wallet money goes out of
	_, err = s.app.vault.Create(t.Context(), customer)
	require.NoError(t, err)
	_, err = s.app.keys.Exec(t.Context(), "UPDATE person_key SET created_at = created_at - interval '25 hours'")
	require.NoError(t, err)
	now, directory := time.Now(), postgres.NewDirectory(s.app.reads)

	n, err := sweepVault(t.Context(), s.app.vault, directory, now.Add(-24*time.Hour), now)
	require.NoError(t, err)
	require.Zero(t, n, "a journal of yesterday does not say who came to be since")
	n, err = sweepVault(t.Context(), s.app.vault, directory, now, now)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = s.app.vault.Key(t.Context(), orphan)
	require.ErrorIs(t, err, seal.ErrNoKey)
	s.app.vault.ForgetKeys()
	for _, owner := range []string{ann, customer} {
		_, err = s.app.vault.Key(t.Context(), owner)
		require.NoError(t, err, owner)
	}
}
