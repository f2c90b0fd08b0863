package storetest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// Draft builds a batch on top of a head, as the writer does: positions, times and the chain are in
// order unless a case puts them out of order.
type Draft struct {
	batch journal.Batch
	now   time.Time
}

// NewDraft returns an empty draft on head.
func NewDraft(head journal.Head) *Draft {
	now := time.Now().UTC().Truncate(time.Microsecond)
	if now.Before(head.RecordedAt) {
		now = head.RecordedAt
	}
	return &Draft{batch: journal.Batch{Before: head, After: head, Sent: time.Now()}, now: now}
}

// Command returns the id of the nth command of a name.
func Command(name string, n int) journal.CommandID {
	return journal.NewCommandID(name, fmt.Sprint(n))
}

// Transfer adds a command that is done with n events of two postings each.
func (d *Draft) Transfer(id journal.CommandID, n int) *Draft {
	first := d.batch.After.Position + 1
	for range n {
		d.Event(id)
	}
	o := d.outcome(id, journal.Done)
	if n > 0 {
		o.First, o.Count = first, n
	}
	d.batch.Outcomes = append(d.batch.Outcomes, o)
	return d
}

// Event adds one event of a command and returns it for a case to change before it is sealed.
func (d *Draft) Event(id journal.CommandID) *journal.Event {
	d.batch.After.Position++
	position := d.batch.After.Position
	amount := decimal.New(1000+position%9000, -2) // 10.00 to 99.99: the last nought counts
	e := &journal.Event{
		Shard: d.batch.Before.Shard, Position: position, Epoch: d.batch.Before.Epoch,
		Ledger: "main", Number: position, Stream: fmt.Sprintf("ledger/main/%d", position), Type: "TransactionPosted", Schema: 1,
		// Spaces, an escape and a character of two bytes: the bytes are hashed, so they stay.
		Data:  json.RawMessage(fmt.Sprintf(`{"reference": "inv-%d",  "description":"caf\u00e9 für zwei"}`, position)),
		Actor: "service:checkout", Command: id, EffectiveAt: d.now, RecordedAt: d.now,
		Postings: []journal.Posting{
			{Account: "equity:opening", Side: journal.Debit, Amount: amount, Asset: "USD", Balance: amount.Neg()},
			{Account: fmt.Sprintf("liabilities:customers:%d", position%100), Side: journal.Credit, Amount: amount, Asset: "USD", Balance: amount},
		},
	}
	copy(e.Nonce[:], id[:])
	d.batch.Events = append(d.batch.Events, e)
	return e
}

// Refuse adds a command that a rule refused.
func (d *Draft) Refuse(id journal.CommandID) *Draft {
	o := d.outcome(id, journal.Refused)
	o.Refusal = &journal.Refusal{Code: "insufficient-funds", Detail: "The account does not hold enough.",
		Pointer: "/postings/0", Members: json.RawMessage(`{"available":"1.00"}`)}
	d.batch.Outcomes = append(d.batch.Outcomes, o)
	return d
}

// Bury adds a command that goes to the dead letters.
func (d *Draft) Bury(c journal.Command, reason string) *Draft {
	o := d.outcome(c.ID, journal.Dead)
	o.Type, o.Caller, o.Hash = c.Type, c.Actor, c.Hash
	o.Refusal = &journal.Refusal{Code: "command-dead"}
	d.batch.Outcomes = append(d.batch.Outcomes, o)
	d.batch.Dead = append(d.batch.Dead, journal.DeadLetter{Command: c, Reason: reason, At: d.now})
	return d
}

// Put adds a row of decision state over the version loaded.
func (d *Draft) Put(key string, loaded int64, data string) *Draft {
	d.batch.State = append(d.batch.State, journal.StateRow{
		Key: key, Loaded: loaded, Version: d.batch.After.Position, Data: []byte(data),
	})
	return d
}

// Settle adds a command whose row in the inbox is settled.
func (d *Draft) Settle(id journal.CommandID) *Draft {
	d.batch.Inbox = append(d.batch.Inbox, id)
	return d
}

// Mark sets how far the source was read.
func (d *Draft) Mark(m journal.Mark) *Draft {
	d.batch.After.Mark = m
	return d
}

// Seal chains the events and returns the batch.
func (d *Draft) Seal() *journal.Batch {
	chain := d.batch.Before.Chain
	for _, e := range d.batch.Events {
		chain = e.Seal(chain)
	}
	d.batch.After.Chain = chain
	if n := len(d.batch.Events); n > 0 {
		d.batch.After.RecordedAt = d.batch.Events[n-1].RecordedAt
	}
	return &d.batch
}

func (d *Draft) outcome(id journal.CommandID, status journal.Status) journal.Outcome {
	sum := sha256.Sum256(id[:])
	return journal.Outcome{
		Command: id, Type: "PostTransaction", Hash: [16]byte(sum[:16]), Caller: "service:checkout", Status: status,
		Position: d.batch.After.Position, At: d.now,
	}
}
