package withdrawal

// The limits of withdrawals. Each says what it protects. Those of descriptions, references and metadata are
// the ledger's.
const (
	// MaxName, in bytes, is what a bank transfer has room for (ISO 20022, Max140Text).
	MaxName = 140
	// MaxProvider, in bytes, is a name that we give.
	MaxProvider = 64
	// MaxAccount, in bytes, is an id at a provider. Stripe promises 255.
	MaxAccount = 255
	// MinAccountNumber is the least digits of an account number in the United States that are not a slip.
	MinAccountNumber = 4
	// MaxAccountNumber is the most: Nacha has 17 places for it.
	MaxAccountNumber = 17
	// MaxBankReference, in bytes, is what an end-to-end reference and a bank's own may take, with room.
	MaxBankReference = 255
	// maxSealed, in bytes, is the largest destination as it is sealed, with room.
	maxSealed = 2 << 10
)
