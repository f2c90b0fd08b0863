package wallet

import "github.com/florinledger/florin/ledger/journal"

// The refusals of wallets and holds. Members named here are those of the problem. The ledger adds
// its own (ErrInvalidField, ErrInsufficientFunds and others).
var (
	// ErrWalletNotFound: there is no such wallet, or it is somebody else's.
	ErrWalletNotFound = journal.Refuse("wallet-not-found", "There is no such wallet.")
	// ErrWalletFrozen: the wallet is frozen and may not spend.
	ErrWalletFrozen = journal.Refuse("wallet-frozen", "The wallet is frozen: it takes money in and gives none out.")
	// ErrOwnerForbidden: only a service opens a wallet for somebody else.
	ErrOwnerForbidden = journal.Refuse("owner-forbidden", "Only a service opens a wallet for somebody else.")

	// ErrHoldNotFound: there is no such hold, or the caller has no part in it.
	ErrHoldNotFound = journal.Refuse("hold-not-found", "There is no such hold.")
	// ErrHoldClosed: nothing remains of the hold. Members: [HoldEnd].
	ErrHoldClosed = journal.Refuse("hold-closed", "The hold is closed: nothing of it remains.")
	// ErrCaptureTooLarge: more than what remains. Members: [Remaining].
	ErrCaptureTooLarge = journal.Refuse("capture-too-large", "The capture is larger than what remains of the hold.")
	// ErrForbiddenForPayer: the payer may neither capture nor release.
	ErrForbiddenForPayer = journal.Refuse("forbidden-for-payer", "Who pays may neither capture nor release a hold: that is for the payee.")
)

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{
		ErrWalletNotFound, ErrWalletFrozen, ErrOwnerForbidden, ErrHoldNotFound, ErrHoldClosed,
		ErrCaptureTooLarge, ErrForbiddenForPayer,
	}
}
