package journal

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// Shard names a unit of order: one writer, one gapless sequence of positions. Shards count from 0.
type Shard int16

// Side says which column of an account a posting goes to.
type Side byte

// The two sides of a posting.
const (
	Debit  Side = 'd'
	Credit Side = 'c'
)

// String returns "debit" or "credit".
func (s Side) String() string {
	switch s {
	case Debit:
		return "debit"
	case Credit:
		return "credit"
	}
	return fmt.Sprintf("side(%d)", byte(s))
}

// Other returns the opposite side.
func (s Side) Other() Side {
	if s == Debit {
		return Credit
	}
	return Debit
}

// Posting is one line of a transaction: an amount on one side of an account.
type Posting struct {
	Account string
	Side    Side
	// Amount is greater than zero and has exactly the decimals of its asset's scale.
	Amount decimal.Decimal
	Asset  string
	// Balance is what the account holds of the asset after the whole transaction, in recorded
	// order, on the account's normal side. It is a fact of the moment of writing, kept so that an
	// answer can be repeated for ever and a page of entries needs no sum.
	Balance decimal.Decimal
}

// Event is a fact. Cores fill what they know (Ledger to EffectiveAt); [Scope.Emit] and the writer
// give it its place.
type Event struct {
	// Shard and Position say where it stands; Position counts from 1 without gaps.
	Shard    Shard
	Position int64
	// Ledger is the book it belongs to, empty for facts outside any ledger.
	Ledger string
	// Number counts the transactions of the ledger from 1 without gaps; 0 when it has no postings.
	Number int64
	// Stream is the thing it is about, such as "wallet/wal_…"; Type what happened to it.
	Stream string
	Type   string
	// Schema is the version of Data's shape, from 1.
	Schema int
	// Data is the payload as one JSON object. The bytes are kept as written: they are hashed.
	Data json.RawMessage
	// Body is Data decoded, set where the event was made or decoded in this process; else nil.
	Body any
	// Postings make the event a transaction; they balance per asset.
	Postings []Posting
	// Actor is the principal that asked for it; Command the request; Correlation the first request
	// of the chain it belongs to (zero: Command itself); Trace a W3C traceparent or empty.
	Actor       string
	Command     CommandID
	Correlation CommandID
	Trace       string
	// EffectiveAt is when it counts, RecordedAt when it was written; microseconds, UTC.
	EffectiveAt time.Time
	RecordedAt  time.Time
	// Epoch is the term of office of the writer that wrote it. Nonce is random, Prev the chain
	// value of everything before it, Leaf the hash of the event itself (hash.go).
	Epoch int64
	Nonce [16]byte
	Prev  [32]byte
	Leaf  [32]byte
}

// ID returns the event's place as an identifier; [Event.TransactionID] is its public form.
func (e *Event) ID() PlaceID {
	return NewPlaceID(e.Shard, e.Epoch, e.Position, e.RecordedAt)
}

// TransactionID returns the txn_… id of an event with postings.
func (e *Event) TransactionID() string { return e.ID().Format("txn") }

// ErrUnbalanced says that the postings of an event do not add up to zero in an asset. It is a
// fault, not a refusal: cores refuse unbalanced input before they emit.
type ErrUnbalanced struct {
	Position int64
	Asset    string
	Excess   decimal.Decimal // debits less credits
}

// Error implements error.
func (e *ErrUnbalanced) Error() string {
	return fmt.Sprintf("event %d: debits exceed credits by %s %s", e.Position, e.Excess, e.Asset)
}

// Balanced reports nil when ps is empty or has at least two postings of positive amounts whose
// debits equal their credits in every asset.
func Balanced(position int64, ps []Posting) error {
	if len(ps) == 0 {
		return nil
	}
	if len(ps) == 1 {
		return &ErrUnbalanced{Position: position, Asset: ps[0].Asset, Excess: ps[0].Amount}
	}
	type sum struct {
		asset           string
		debits, credits decimal.Decimal
	}
	sums := make([]sum, 0, 2)
	for i := range ps {
		p := &ps[i]
		if !p.Amount.IsPositive() || (p.Side != Debit && p.Side != Credit) {
			return fmt.Errorf("event %d: posting of %s %s to %s on %s", position, p.Amount, p.Asset, p.Account, p.Side)
		}
		at := slices.IndexFunc(sums, func(s sum) bool { return s.asset == p.Asset })
		if at < 0 {
			at = len(sums)
			sums = append(sums, sum{asset: p.Asset})
		}
		column := &sums[at].debits
		if p.Side == Credit {
			column = &sums[at].credits
		}
		if column.IsZero() { // the first one needs no arithmetic, and most transactions have no second
			*column = p.Amount
		} else {
			*column = column.Add(p.Amount)
		}
	}
	for _, s := range sums {
		if !s.debits.Equal(s.credits) {
			return &ErrUnbalanced{Position: position, Asset: s.asset, Excess: s.debits.Sub(s.credits)}
		}
	}
	return nil
}
