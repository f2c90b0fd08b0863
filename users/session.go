package users

import "time"

// Session is what a person began by signing in. It is no fact of the journal: it is kept beside it, and
// every refresh token of it is of one family.
type Session struct {
	// ID names it, ses_…: it is in every access token.
	ID     string
	UserID string
	// Version is the person's State.SessionVersion when the session began. When that has moved on, the
	// session is over.
	Version int64
	// ExpiresAt is when it ends unless it is refreshed before.
	ExpiresAt time.Time
}

// Standing is a session as it stands now.
type Standing struct {
	Session
	// Revoked says that somebody signed out, or that a refresh token was used twice.
	Revoked bool
	// User is the person's state now.
	User State
}

// Counts reports whether a token of the session is believed.
func (s Standing) Counts(now time.Time) bool {
	return !s.Revoked && now.Before(s.ExpiresAt) && s.User.Status == StatusActive && s.Version == s.User.SessionVersion
}
