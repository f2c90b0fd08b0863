package payment

const (
	// MaxID bounds, in bytes, a provider's ids, which are parts of keys. Stripe promises 255.
	MaxID = 255
	// MaxMovements is how many balance transactions a dispute has at most: they are remembered in one row.
	// Stripe makes two, when it takes the funds and when it gives them back.
	MaxMovements = 50
)
