package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/users/seal"
)

const patience = 20 * time.Second

// letter waits for the letter with a subject and returns the token in it.
func (s *service) letter(subject string) (token string) {
	s.t.Helper()
	line := regexp.MustCompile(`(?m)^  ([A-Za-z0-9_-]{100,})\r?$`)
	require.Eventually(s.t, func() bool {
		files, err := filepath.Glob(filepath.Join(s.settings.MailFolder, "*.eml"))
		require.NoError(s.t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(s.t, err)
			if found := line.FindStringSubmatch(string(text)); found != nil && strings.Contains(string(text), "\r\nSubject: "+subject+"\r\n") {
				token = found[1]
			}
		}
		return token != ""
	}, patience, 5*time.Millisecond, subject)
	return token
}

// publish has a command decided by the running service.
func (s *service) publish(commandType string, body any) journal.Answer {
	s.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(s.t, err)
	store := postgres.NewStore(s.app.reads)
	answer, err := journal.NewDispatcher(shard, s.app.bus, store, store, time.Now).
		Do(s.t.Context(), journal.Command{ID: journal.NewCommandID("test", commandType+string(data)), Type: commandType, Data: data, Actor: "test"})
	require.NoError(s.t, err)
	return answer
}

// The desk over the real vault, journal and hashes: letters and what erasing asks for come from the reactors.
func TestDeskInARunningService(t *testing.T) {
	s := startService(t)
	d, ctx := s.app.desk, t.Context()
	const email, password = "Ann@example.com", "correct horse battery"
	c, err := d.NewRegistration(ctx, email, password, "Ann")
	require.NoError(t, err)
	id, err := d.Registered(ctx, c, s.publish(users.CommandRegister, c))
	require.NoError(t, err)
	require.Equal(t, c.UserID, id)
	_, err = d.SignIn(ctx, email, password)
	require.Equal(t, desk.ErrCredentials, err)

	confirm, err := d.Confirm(s.letter("Confirm your email address"))
	require.NoError(t, err)
	require.Equal(t, journal.Done, s.publish(users.CommandConfirmEmail, confirm).Outcome.Status)
	signed, err := d.SignIn(ctx, "ann@EXAMPLE.com", password)
	require.NoError(t, err)
	require.Equal(t, id, signed.UserID)

	// Somebody else with the same address, and a password that was forgotten.
	taken, err := d.NewRegistration(ctx, email, "another horse battery", "")
	require.NoError(t, err)
	shown, err := d.Registered(ctx, taken, s.publish(users.CommandRegister, taken))
	require.NoError(t, err)
	require.Equal(t, taken.UserID, shown)
	s.letter("You have an account already")
	require.Eventually(t, func() bool {
		_, err := s.app.vault.Key(ctx, taken.UserID)
		return errors.Is(err, seal.ErrNoKey)
	}, patience, 5*time.Millisecond)
	d.Forgot(email)
	reset, err := d.Reset(ctx, s.letter("Set a new password"), "a new horse battery")
	require.NoError(t, err)
	require.Equal(t, journal.Done, s.publish(users.CommandResetPassword, reset).Outcome.Status)
	_, err = d.SignIn(ctx, email, password)
	require.Equal(t, desk.ErrCredentials, err)
	_, err = d.SignIn(ctx, email, "a new horse battery")
	require.NoError(t, err)

	require.Equal(t, journal.Done, s.publish(users.CommandEraseUser, users.EraseUser{UserID: id}).Outcome.Status)
	require.Eventually(t, func() bool {
		_, known, err := s.app.vault.Find(ctx, email)
		require.NoError(t, err)
		_, keyErr := s.app.vault.Key(ctx, id)
		return !known && errors.Is(keyErr, seal.ErrNoKey)
	}, patience, 5*time.Millisecond, "whoever asked for it has gone away: the reactor does it")
	_, err = d.SignIn(ctx, email, "a new horse battery")
	require.Equal(t, desk.ErrCredentials, err)
}
