package ledger

import "github.com/florinledger/florin/ledger/journal"

// The refusals of the books. Members named here are those of the problem.
var (
	// ErrInvalidField: a field has not the form it must have.
	ErrInvalidField = journal.RefuseMalformed("invalid-field", "A field does not have the form it must have.")
	// ErrAmountScale: more decimals than the asset has.
	ErrAmountScale = journal.RefuseMalformed("amount-scale", "The amount has more decimals than its asset.")

	// ErrLedgerNotFound: there is no ledger of that name.
	ErrLedgerNotFound = journal.Refuse("ledger-not-found", "There is no ledger of that name.")
	// ErrLedgerTaken: a ledger of that name exists.
	ErrLedgerTaken = journal.Refuse("ledger-taken", "A ledger of that name exists already.")
	// ErrAssetTaken: the asset is known with another scale. Members: [Asset], as it is known.
	ErrAssetTaken = journal.Refuse("asset-taken", "The asset is known with another scale, and a scale never changes.")
	// ErrUnknownAsset: nobody registered the asset.
	ErrUnknownAsset = journal.Refuse("unknown-asset", "The asset is not registered.")

	// ErrUnbalanced: debits and credits differ in an asset. Members: [Imbalance].
	ErrUnbalanced = journal.Refuse("unbalanced", "Debits and credits must be equal in every asset.")
	// ErrInsufficientFunds: a balance would fall below its minimum. Members: [Shortfall].
	ErrInsufficientFunds = journal.Refuse("insufficient-funds", "The account does not hold enough.")
	// ErrAccountFrozen: a frozen account would lose. Members: account.
	ErrAccountFrozen = journal.Refuse("account-frozen", "The account is frozen: nothing may be taken from it.")
	// ErrOwnedAccount: a posting by hand to an account of a domain, or a rule for one.
	ErrOwnedAccount = journal.Refuse("owned-account", "The account belongs to a domain; only that domain posts to it and sets its rules.")
	// ErrEffectiveInFuture: the effective time lies ahead.
	ErrEffectiveInFuture = journal.Refuse("effective-in-future", "The effective time lies in the future; a schedule is the way to post later.")
	// ErrReferenceTaken: another transaction of the ledger has the reference. Members: [Holder].
	ErrReferenceTaken = journal.Refuse("reference-taken", "Another transaction of the ledger has this reference.")
	// ErrPreconditionFailed: a balance is not what the caller said. Members: [Actual].
	ErrPreconditionFailed = journal.Refuse("precondition-failed", "A balance is not what the request said it must be.")
	// ErrVersionMismatch: the account's rules changed since the caller read them. Members: version.
	ErrVersionMismatch = journal.Refuse("version-mismatch", "The object has another version by now.")

	// ErrTransactionNotFound: the ledger has no such transaction.
	ErrTransactionNotFound = journal.Refuse("transaction-not-found", "The ledger has no such transaction.")
	// ErrAlreadyReversed: it was reversed before. Members: reversed_by.
	ErrAlreadyReversed = journal.Refuse("already-reversed", "The transaction was reversed before.")
	// ErrUseDomainUndo: a domain made the transaction, and undoes it.
	ErrUseDomainUndo = journal.Refuse("use-domain-undo", "The transaction was made by a domain and is undone there: release, refund or cancel.")
)

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{
		ErrInvalidField, ErrAmountScale, ErrLedgerNotFound, ErrLedgerTaken, ErrAssetTaken, ErrUnknownAsset,
		ErrUnbalanced, ErrInsufficientFunds, ErrAccountFrozen, ErrOwnedAccount, ErrEffectiveInFuture,
		ErrReferenceTaken, ErrPreconditionFailed, ErrVersionMismatch, ErrTransactionNotFound,
		ErrAlreadyReversed, ErrUseDomainUndo,
	}
}
