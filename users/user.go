package users

import (
	"errors"
	"slices"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
)

// Status says whether there is a person behind an id.
type Status string

// The states of a user.
const (
	StatusActive Status = "active"
	// StatusErased: nothing is left but the id.
	StatusErased Status = "erased"
)

const userPrefix = "usr"

// State is what the writer knows of a person, and what signing in asks.
type State struct {
	Status Status `json:"status"`
	// Version is the position of the last event about the person that others can see.
	Version    int64  `json:"version"`
	EmailToken string `json:"email_token,omitempty"`
	// Confirmed says that mail to the address arrives. Nobody signs in before.
	Confirmed bool `json:"confirmed,omitempty"`
	// Email is the address, sealed; Pending the one that waits to be confirmed.
	Email   seal.Text `json:"email,omitempty"`
	Pending *Pending  `json:"pending,omitempty"`
	Roles   []string  `json:"roles,omitempty"`
	// SessionVersion is the position of the event that ended all sessions before it.
	SessionVersion int64     `json:"session_version"`
	Credential     seal.Text `json:"credential,omitempty"`
}

// Pending is an address that waits to be confirmed.
type Pending struct {
	EmailToken string    `json:"email_token"`
	Email      seal.Text `json:"email"`
}

// Address is whose a token is, for ever: a token that was given up comes to nobody again.
type Address struct {
	UserID  string `json:"user_id"`
	Retired bool   `json:"retired,omitempty"`
}

// People is the decision state of people, by id.
func People() journal.Kind[State] { return journal.NewKind[State]("user") }

// Addresses is the decision state of email addresses, by token.
func Addresses() journal.Kind[Address] { return journal.NewKind[Address]("email") }

// Find returns what is known of a person who is there. ok is false when there is none of that id, when
// the text is no user's id at all, and for who is erased; it may be any text.
func Find(s *journal.Scope, userID string) (u State, ok bool) {
	if _, err := journal.ParseID(userPrefix, userID); err != nil {
		return State{}, false
	}
	u, ok = People().Get(s, userID)
	return u, ok && u.Status == StatusActive
}

// IsErased reports whether there was a person of an id, which may be any text, who is no more.
func IsErased(s *journal.Scope, userID string) bool {
	if _, err := journal.ParseID(userPrefix, userID); err != nil {
		return false
	}
	u, ok := People().Get(s, userID)
	return ok && u.Status == StatusErased
}

// stream is where the events of a person stand.
func stream(userID string) string { return "user/" + userID }

func emit(s *journal.Scope, userID, eventType string, body any) {
	s.Emit(journal.Event{Stream: stream(userID), Type: eventType, Schema: 1, Body: body})
}

func decideRegister(s *journal.Scope, c RegisterUser) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	if _, known := People().Get(s, c.UserID); known {
		// Whose id it is, or was, would be somebody else from here on.
		return ledger.ErrInvalidField.At("/user_id").Because("somebody has this id, or had it")
	}
	if err := free(s, c.EmailToken); errors.Is(err, ErrEmailTaken) {
		// No refusal, which would leave no event: positions are in answers, and whoever counts them would learn
		// that somebody has the address.
		s.Emit(journal.Event{
			Stream: "registration/" + c.UserID, Type: TypeRegisteredAgain, Schema: 1,
			Body: RegisteredAgain{ApplicantID: c.UserID, EmailToken: c.EmailToken},
		})
		return nil
	} else if err != nil {
		return err
	}
	emit(s, c.UserID, TypeRegistered, Registered{
		UserID: c.UserID, EmailToken: c.EmailToken, Email: c.Email, Name: c.Name, Credential: c.Credential, Roles: []string{RoleUser},
	})
	return nil
}

// free refuses an address that is somebody's, or was. Errors: ErrEmailTaken, ErrEmailRetired.
func free(s *journal.Scope, token string) error {
	switch a, taken := Addresses().Get(s, token); {
	case !taken:
		return nil
	case a.Retired:
		return ErrEmailRetired
	default:
		return ErrEmailTaken
	}
}

func decideConfirmEmail(s *journal.Scope, c ConfirmEmail) error {
	u, ok := Find(s, c.UserID)
	switch {
	case !ok:
		return ErrLinkVoid
	case u.EmailToken == c.EmailToken:
		if !u.Confirmed {
			emit(s, c.UserID, TypeEmailConfirmed, EmailConfirmed{UserID: c.UserID, EmailToken: u.EmailToken, Email: u.Email})
		}
		return nil
	case u.Pending == nil || u.Pending.EmailToken != c.EmailToken:
		return ErrLinkVoid
	}
	if err := free(s, c.EmailToken); err != nil {
		if errors.Is(err, ErrEmailRetired) {
			return ErrLinkVoid // the token comes back to nobody: the address has to be asked for anew
		}
		return err
	}
	emit(s, c.UserID, TypeEmailConfirmed, EmailConfirmed{
		UserID: c.UserID, EmailToken: c.EmailToken, Email: u.Pending.Email, Released: u.EmailToken,
	})
	return nil
}

func decideChangeUser(s *journal.Scope, c ChangeUser) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	u, ok := Find(s, c.UserID)
	switch {
	case !ok:
		return ErrUserNotFound
	case c.Version != 0 && c.Version != u.Version:
		return ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: u.Version})
	case c.Roles != nil && !c.ByAdmin:
		return ErrRolesForbidden
	}
	switch {
	case c.EmailToken != "" && c.EmailToken != u.EmailToken:
		switch err := free(s, c.EmailToken); {
		case errors.Is(err, ErrEmailTaken) && c.ByAdmin:
			return ErrEmailTaken.At("/email")
		case errors.Is(err, ErrEmailRetired):
			return ErrEmailRetired.At("/email")
		}
		requested := EmailRequested{UserID: c.UserID, EmailToken: c.EmailToken, Email: c.Email}
		if u.Pending != nil && u.Pending.EmailToken != c.EmailToken {
			requested.Released = unclaimed(s, u.Pending.EmailToken)
		}
		emit(s, c.UserID, TypeEmailRequested, requested)
	case c.EmailToken != "" || len(c.Credential) > 0:
		keepEmail(s, c.UserID, u)
	}
	if c.NoName || len(c.Name) > 0 {
		emit(s, c.UserID, TypeRenamed, Renamed{UserID: c.UserID, Name: c.Name})
	}
	if c.Roles != nil && !slices.Equal(sortedRoles(c.Roles), u.Roles) {
		emit(s, c.UserID, TypeRolesSet, RolesSet{UserID: c.UserID, Roles: sortedRoles(c.Roles)})
	}
	if len(c.Credential) > 0 {
		emit(s, c.UserID, TypePasswordChanged, PasswordChanged{UserID: c.UserID, Credential: c.Credential})
	}
	return nil
}

// keepEmail makes an address that waits wait no more.
func keepEmail(s *journal.Scope, userID string, u State) {
	if u.Pending != nil {
		emit(s, userID, TypeEmailKept, EmailKept{UserID: userID, Released: unclaimed(s, u.Pending.EmailToken)})
	}
}

// unclaimed returns the token of an address that waited, for it to be released; empty when the address has
// become somebody's meanwhile, or was given up.
func unclaimed(s *journal.Scope, token string) string {
	if free(s, token) != nil {
		return ""
	}
	return token
}

func decideEraseUser(s *journal.Scope, c EraseUser) error {
	if _, err := journal.ParseID(userPrefix, c.UserID); err != nil {
		return ErrUserNotFound
	}
	u, ok := People().Get(s, c.UserID)
	switch {
	case !ok:
		return ErrUserNotFound
	case u.Status == StatusErased:
		return nil
	}
	released := []string{u.EmailToken}
	if u.Pending != nil {
		if token := unclaimed(s, u.Pending.EmailToken); token != "" {
			released = append(released, token)
		}
	}
	emit(s, c.UserID, TypeErased, Erased{UserID: c.UserID, Released: released})
	return nil
}
