package people

import (
	"context"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/query"
	"github.com/florinledger/florin/wallet/payment"
)

// Ports are what the routes of people call out to. All of them are needed.
type Ports struct {
	Desk        *desk.Desk
	Directory   desk.Directory
	Sessions    desk.Sessions
	Addresses   Addresses
	Users       Users
	Cache       Cache
	KeyUses     KeyUses
	Tokens      Tokens
	Ends        Ends
	Memberships Memberships
	// Handovers opens the pages on which memberships are bought, and Provider is the name of the provider of new ones;
	// empty for none.
	Handovers *payment.Sealer
	Provider  string
	Billing   Billing
	// NewAPIKey returns the secret of a new key, and the digest by which it is known.
	NewAPIKey func() (secret, digest string)
}

// Billing takes what other billing systems tell: a *billinghook.Receiver.
type Billing interface {
	// Receive checks that a body is of a system that we know, keeps it, and makes the command that notes what it says.
	// Errors: payment.ErrSignature, payment.ErrMalformed, or a fault.
	Receive(ctx context.Context, body []byte, id, timestamp, signature string) (journal.Command, error)
}

// Addresses finds the tokens of email addresses: any seal.Addresses.
type Addresses interface {
	Find(ctx context.Context, email string) (token string, ok bool, err error)
}

// Users answers what there is of people and of the keys of services, from the projection query.Users.
type Users interface {
	// User returns a person, sealed, and up to which position the projection had come.
	User(ctx context.Context, id string) (u query.User, position int64, ok bool, err error)
	Users(ctx context.Context, f query.Filter) ([]query.User, error)
	APIKeys(ctx context.Context, f query.KeyFilter) ([]query.APIKey, error)
}

// Cache stands in front of the read of a person: a *rediscache.Cache.
type Cache interface {
	// Through returns the person of an id at a position or later: one that was kept, or what read returns.
	// It has no errors of its own.
	Through(ctx context.Context, id string, atLeast int64,
		read func(context.Context) (query.User, int64, bool, error),
	) (u query.User, position int64, found bool, err error)
}

// KeyUses knows when the keys of services were used last.
type KeyUses interface {
	// Get returns the times by the ids of keys; those that were never used are left out.
	Get(ctx context.Context, ids []string) (map[string]time.Time, error)
}

// Tokens makes access tokens.
type Tokens interface {
	// Mint returns an access token of a session, and for how long it is good. A member without a status is none.
	Mint(userID, sessionID string, roles []string, member query.Member) (token string, life time.Duration, err error)
}

// Ends tells every instance that a session is over.
type Ends interface {
	EndSession(ctx context.Context, sessionID string) error
}

// Memberships answers what there is of plans and memberships, from the projection query.Memberships.
type Memberships interface {
	Plan(ctx context.Context, code string) (p membership.Plan, ok bool, err error)
	// Plans returns plans, in the order of their codes.
	Plans(ctx context.Context, f query.PlanFilter) ([]membership.Plan, error)
	Membership(ctx context.Context, id string) (m membership.Membership, ok bool, err error)
	// MembershipOf returns the membership that somebody has, or had last.
	MembershipOf(ctx context.Context, userID string) (m membership.Membership, ok bool, err error)
	// Memberships returns memberships, newest first.
	Memberships(ctx context.Context, f query.MembershipFilter) ([]membership.Membership, error)
	// Members returns what people are members of, or were last, by their ids.
	Members(ctx context.Context, userIDs []string) (map[string]query.Member, error)
}
