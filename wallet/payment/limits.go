package payment

// MaxID bounds, in bytes, a provider's ids, which are parts of keys. Stripe promises 255.
const MaxID = 255
