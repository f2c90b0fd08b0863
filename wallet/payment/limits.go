package payment

// MaxID, in bytes, bounds a provider's ids, which are parts of keys. Stripe promises 255.
const MaxID = 255
