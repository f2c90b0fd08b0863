package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/users"
)

// A backup of the journal brings people back as active whose keys are gone; the vault knows better.
func TestJournalIsPutRightAfterARestore(t *testing.T) {
	s := startService(t)
	ann, _ := registered(t, s.app, 1, "ann@example.com")
	bob, _ := registered(t, s.app, 2, "bob@example.com")
	require.NoError(t, s.app.vault.Destroy(t.Context(), ann))
	require.NoError(t, s.app.vault.Destroy(t.Context(), "usr_00000000000000000000000009"), "who registered after the backup")

	directory := postgres.NewDirectory(s.app.reads)
	status := func(userID string) users.Status {
		u, ok, err := directory.User(t.Context(), userID)
		require.NoError(t, err)
		require.True(t, ok)
		return u.Status
	}
	eraseAgain := func() string {
		code, out, errs := invoke(t, "vault", "erase-again", "--database-url", s.settings.DatabaseURL,
			"--keys-database-url", s.settings.KeysDatabaseURL, "--master-keys", s.settings.MasterKeys)
		require.Equal(t, 0, code, errs)
		return out
	}
	require.Equal(t, "1 people are to be erased again\n", eraseAgain())
	require.Eventually(t, func() bool { return status(ann) == users.StatusErased }, 20*time.Second, 5*time.Millisecond)
	require.Equal(t, users.StatusActive, status(bob))
	require.Equal(t, "0 people are to be erased again\n", eraseAgain())
}
