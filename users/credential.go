package users

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

func decideResetPassword(s *journal.Scope, c ResetPassword) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	u, ok := Find(s, c.UserID)
	if !ok || u.SessionVersion != c.SessionVersion || u.EmailToken != c.EmailToken {
		return ErrLinkVoid
	}
	if !u.Confirmed {
		emit(s, c.UserID, TypeEmailConfirmed, EmailConfirmed{UserID: c.UserID, EmailToken: u.EmailToken, Email: u.Email})
	}
	keepEmail(s, c.UserID, u)
	emit(s, c.UserID, TypePasswordChanged, PasswordChanged{UserID: c.UserID, Credential: c.Credential})
	return nil
}

func decideRehash(s *journal.Scope, c Rehash) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	u, ok := Find(s, c.UserID)
	if !ok || u.SessionVersion != c.SessionVersion {
		return ErrLinkVoid
	}
	emit(s, c.UserID, TypeRehashed, Rehashed{UserID: c.UserID, Credential: c.Credential})
	return nil
}
