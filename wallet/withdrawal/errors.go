package withdrawal

import "github.com/florinledger/florin/ledger/journal"

// The refusals of withdrawals. Members named here are those of the problem. Wallets and the ledger add their own.
var (
	// ErrNotFound: there is no such withdrawal, or it is somebody else's.
	ErrNotFound = journal.Refuse("withdrawal-not-found", "There is no such withdrawal.")
	// ErrWrongStatus: what is asked for is not done with a withdrawal that stands where this one does. Members:
	// [Standing].
	ErrWrongStatus = journal.Refuse("withdrawal-wrong-status", "The withdrawal is not in a state in which this can be done.")
	// ErrSecondPerson: who asks may not be who approves.
	ErrSecondPerson = journal.Refuse("second-person-required", "A withdrawal is approved by somebody else than who requested it or owns the wallet.")
	// ErrOwnerErased: where the money goes cannot be sealed.
	ErrOwnerErased = journal.Refuse("owner-erased", "The wallet's owner is erased: where the money goes cannot be kept for them.")
)

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{ErrNotFound, ErrWrongStatus, ErrSecondPerson, ErrOwnerErased}
}

// Standing is how a withdrawal stands: the members of ErrWrongStatus. The member is not called status, which is
// the HTTP status in a problem (RFC 9457).
type Standing struct {
	Status Status `json:"withdrawal_status"`
}
