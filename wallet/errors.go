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

	// ErrWalletClosed: the wallet is closed, for ever.
	ErrWalletClosed = journal.Refuse("wallet-closed", "The wallet is closed.")
	// ErrWalletNotEmpty: what is to be closed holds something. Members: [Left].
	ErrWalletNotEmpty = journal.Refuse("wallet-not-empty", "The wallet is not empty: it is closed when nothing is left in it.")
	// ErrCreditLimitInUse: more of the credit is used than the new limit would grant. Members: [Used].
	ErrCreditLimitInUse = journal.Refuse("credit-limit-in-use", "More of the credit is used than the new limit would grant.")

	// ErrSpendingLimitExceeded: the wallet may not give out so much, at once or today. Members: [Exceeded].
	ErrSpendingLimitExceeded = journal.Refuse("spending-limit-exceeded", "The wallet may not give out so much.")
	// ErrTimeZoneForbidden: the owner may not change by which days his spending is limited.
	ErrTimeZoneForbidden = journal.Refuse("time-zone-forbidden", "Only a service or finance changes the time zone of a wallet with spending limits.")

	// ErrHoldNotFound: there is no such hold, or the caller has no part in it.
	ErrHoldNotFound = journal.Refuse("hold-not-found", "There is no such hold.")
	// ErrHoldClosed: nothing remains of the hold. Members: [HoldEnd].
	ErrHoldClosed = journal.Refuse("hold-closed", "The hold is closed: nothing of it remains.")
	// ErrHoldExpired: the hold's time is over. Members: [HoldExpiry].
	ErrHoldExpired = journal.Refuse("hold-expired", "The hold has expired: what remained of it goes back to the wallet.")
	// ErrHoldNotDue: the hold's time is to come. It is Florin's own question that was early, so that
	// nothing is recorded and it is asked again.
	ErrHoldNotDue = journal.RefuseMalformed("hold-not-due", "The hold does not expire yet.")
	// ErrTooManyExpiring: MaxExpiring holds of the wallet wait for their time. Members: [ExpiringLimit].
	ErrTooManyExpiring = journal.Refuse("too-many-expiring-holds", "Too many holds of the wallet are open that will expire.")
	// ErrCaptureTooLarge: more than what remains. Members: [Remaining].
	ErrCaptureTooLarge = journal.Refuse("capture-too-large", "The capture is larger than what remains of the hold.")
	// ErrForbiddenForPayer: the payer may neither capture nor release.
	ErrForbiddenForPayer = journal.Refuse("forbidden-for-payer", "Who pays may neither capture nor release a hold: that is for the payee.")
	// ErrForbiddenForPayee: the payee may not set more of the payer's money aside.
	ErrForbiddenForPayee = journal.Refuse("forbidden-for-payee", "Who is paid may not increase a hold: it is the payer's money.")
)

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{
		ErrWalletNotFound, ErrWalletFrozen, ErrWalletClosed, ErrWalletNotEmpty, ErrCreditLimitInUse, ErrSpendingLimitExceeded, ErrTimeZoneForbidden, ErrOwnerForbidden, ErrHoldNotFound, ErrHoldClosed,
		ErrCaptureTooLarge, ErrForbiddenForPayer, ErrForbiddenForPayee,
		ErrHoldExpired, ErrHoldNotDue, ErrTooManyExpiring,
	}
}
