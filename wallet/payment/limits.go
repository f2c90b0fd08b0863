package payment

import "time"

const (
	// MaxID bounds, in bytes, a provider's ids, which are parts of keys. Stripe promises 255.
	MaxID = 255
	// MaxTerm is how long an invoice is for at most, so that its days can be counted: the longest that Stripe sells are
	// three years.
	MaxTerm = 4 * 366 * 24 * time.Hour
	// MaxMovements is how many balance transactions a dispute has at most: they are remembered in one row.
	// Stripe makes two, when it takes the funds and when it gives them back.
	MaxMovements = 50
	// MaxURL bounds, in bytes, where a payer's browser is sent; Stripe takes 5,000, and browsers less.
	MaxURL = 2048
	// MaxHeld is how many messages about one thing are held that the books cannot take; of more, the newest.
	MaxHeld = 50
	// maxNamed bounds, in bytes, what is kept of a wallet's name that a payer's side made up. Ours have 30.
	maxNamed = 100
	// AskPatience is how long a provider is asked for what it does not answer. A payer is gone by then.
	AskPatience = time.Hour
	// maxAsking is how many payments a provider is asked for at once: Stripe takes 25 calls per second in test
	// mode, and a call takes half a second.
	maxAsking = 12
	// askTime is how long a call is waited for: longer than its payer waits.
	askTime = 10 * time.Second
	// firstAgain and lastAgain bound when a call is made again that was not answered. The pause doubles.
	firstAgain = 200 * time.Millisecond
	lastAgain  = time.Minute
	// lookPage is how many payments are read at once that are looked at, and maxLooking how many are looked at at once:
	// some eight a second, beside what is asked of the provider for payers.
	lookPage, maxLooking = 100, 4
	// silentLooks is how many looks in a row may be left unanswered until looking is put off.
	silentLooks = 3
	// duePage is how many calls are made again in one turn.
	duePage = 100
	// FaultsUntilDown is how many calls in a row a provider leaves unanswered until new payments go elsewhere.
	FaultsUntilDown = 3
)
