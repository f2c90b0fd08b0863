package users_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/florinledger/florin/users"
)

func TestStandingCounts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	good := users.Standing{
		Session: users.Session{ID: "ses_1", UserID: ann, Version: 7, ExpiresAt: now.Add(time.Second)},
		User:    users.State{Status: users.StatusActive, SessionVersion: 7},
	}
	assert.True(t, good.Counts(now))
	for name, bad := range map[string]users.Standing{
		"revoked":          with(good, func(s *users.Standing) { s.Revoked = true }),
		"at its end":       with(good, func(s *users.Standing) { s.ExpiresAt = now }),
		"another password": with(good, func(s *users.Standing) { s.User.SessionVersion = 8 }),
		"erased":           with(good, func(s *users.Standing) { s.User.Status = users.StatusErased }),
		"nobody":           with(good, func(s *users.Standing) { s.User = users.State{} }),
	} {
		assert.False(t, bad.Counts(now), name)
	}
}
