package readmodel

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// maxBalances is how many balances one statement adds to: what is replayed from the beginning has them all at once.
const maxBalances = 50_000

// accountsApplier keeps accounts, balances, ledgers and assets.
func accountsApplier(registry *journal.Registry) func(*pgx.Batch, string, []journal.Event) error {
	return func(b *pgx.Batch, schema string, events []journal.Event) error {
		changes := newAccountChanges()
		for i := range events {
			if err := changes.add(registry, &events[i]); err != nil {
				return err
			}
		}
		return changes.queue(b, schema)
	}
}

// accountChanges are what events change of accounts, balances, ledgers and assets.
type accountChanges struct {
	sums  *balanceSums
	facts []journal.Event // decoded, without what only transactions have
}

func newAccountChanges() *accountChanges { return &accountChanges{sums: newBalanceSums()} }

func (c *accountChanges) add(registry *journal.Registry, e *journal.Event) error {
	c.sums.add(e)
	switch e.Type {
	case ledger.TypeAccountSet, ledger.TypeLedgerCreated, ledger.TypeAssetRegistered:
	default:
		return nil
	}
	if err := registry.Decode(e); err != nil {
		return err
	}
	if rules, ok := e.Body.(ledger.AccountSet); ok {
		c.sums.name(accountKey{e.Ledger, rules.Address}, e)
	}
	c.facts = append(c.facts, journal.Event{Position: e.Position, RecordedAt: e.RecordedAt, Ledger: e.Ledger, Body: e.Body})
	return nil
}

// queue queues the changes. Balances come before rules: an account begins with the first event that names it,
// whichever events happen to be projected together.
func (c *accountChanges) queue(b *pgx.Batch, schema string) error {
	c.sums.queue(b, schema)
	for i := range c.facts {
		if err := queueFact(b, schema, &c.facts[i]); err != nil {
			return err
		}
	}
	return nil
}

// queueFact queues what one of the ledger's own facts changes.
func queueFact(b *pgx.Batch, schema string, e *journal.Event) error {
	switch body := e.Body.(type) {
	case ledger.LedgerCreated:
		b.Queue(statement("accounts_add_ledger", schema), pgx.NamedArgs{
			"name": body.Name, "description": body.Description, "position": e.Position, "at": e.RecordedAt,
		})
	case ledger.AssetRegistered:
		b.Queue(statement("accounts_add_asset", schema), pgx.NamedArgs{
			"code": body.Code, "scale": body.Scale, "position": e.Position, "at": e.RecordedAt,
		})
	case ledger.AccountSet:
		minimum, err := jsonOrNull(body.MinBalance, len(body.MinBalance))
		if err != nil {
			return err
		}
		metadata, err := jsonOrNull(body.Metadata, len(body.Metadata))
		if err != nil {
			return err
		}
		b.Queue(statement("accounts_set_rules", schema), pgx.NamedArgs{
			"ledger": e.Ledger, "address": body.Address, "position": e.Position, "at": e.RecordedAt,
			"version": body.Version, "frozen": body.Frozen, "min_balance": minimum, "metadata": metadata,
		})
	}
	return nil
}

// jsonOrNull is v as JSON, or NULL when it has no elements.
func jsonOrNull(v any, elements int) (*string, error) {
	if elements == 0 {
		return nil, nil
	}
	data, err := json.Marshal(v)
	text := string(data)
	return &text, err
}

// balanceSums adds up what a batch of events moves, so that each balance is written once.
type balanceSums struct {
	sums  map[balanceKey]*balanceSum
	first map[accountKey]seen
	words map[string]string // ledgers and assets
	// moved are the sums that the last event moved, by posting.
	moved []*balanceSum
}

// seen is the event that named an account first.
type seen struct {
	position int64
	at       time.Time
}

type accountKey struct{ ledger, address string }

type balanceKey struct {
	accountKey
	asset string
}

type balanceSum struct {
	debits, credits tally
	touched, last   int64
}

func newBalanceSums() *balanceSums {
	return &balanceSums{sums: map[balanceKey]*balanceSum{}, first: map[accountKey]seen{}, words: map[string]string{}}
}

func (s *balanceSums) add(e *journal.Event) {
	s.moved = s.moved[:0]
	for i := range e.Postings {
		p := &e.Postings[i]
		key := balanceKey{accountKey{e.Ledger, p.Account}, p.Asset}
		sum := s.sums[key]
		if sum == nil {
			key = balanceKey{s.keep(key.accountKey), s.word(key.asset)}
			s.nameKept(key.accountKey, e) // whose balance is known has a name
			sum = &balanceSum{}
			s.sums[key] = sum
		}
		if p.Side == journal.Debit {
			sum.debits.add(p.Amount)
		} else {
			sum.credits.add(p.Amount)
		}
		if sum.last != e.Position { // a transaction counts once, however many lines it has
			sum.touched, sum.last = sum.touched+1, e.Position
		}
		s.moved = append(s.moved, sum)
	}
}

// name notes the first event that names an account.
func (s *balanceSums) name(account accountKey, e *journal.Event) { s.nameKept(s.keep(account), e) }

// nameKept is name of a key that may be kept.
func (s *balanceSums) nameKept(account accountKey, e *journal.Event) {
	if _, known := s.first[account]; !known {
		s.first[account] = seen{e.Position, e.RecordedAt}
	}
}

// queue queues the rows in the order of their keys, as every writer of these tables does.
func (s *balanceSums) queue(b *pgx.Batch, schema string) {
	for keys := range slices.Chunk(sortedKeys(s.sums, balanceKey.compare), maxBalances) {
		s.queueSome(b, schema, keys)
	}
}

func (s *balanceSums) queueSome(b *pgx.Batch, schema string, keys []balanceKey) {
	n := len(keys)
	ledgers, addresses, assets := make([]string, 0, n), make([]string, 0, n), make([]string, 0, n)
	debits, credits := make([]string, 0, n), make([]string, 0, n)
	touched, positions, times := make([]int64, 0, n), make([]int64, 0, n), make([]time.Time, 0, n)
	for _, key := range keys {
		sum, first := s.sums[key], s.first[key.accountKey]
		ledgers, addresses, assets = append(ledgers, key.ledger), append(addresses, key.address), append(assets, key.asset)
		debits, credits = append(debits, journal.FormatAmount(sum.debits.sum())), append(credits, journal.FormatAmount(sum.credits.sum()))
		touched, positions, times = append(touched, sum.touched), append(positions, first.position), append(times, first.at)
	}
	b.Queue(statement("accounts_add_balances", schema), pgx.NamedArgs{
		"ledgers": ledgers, "addresses": addresses, "assets": assets, "touched": touched, "debits": debits, "credits": credits,
		"positions": positions, "times": times,
	})
}

// keep is a key that may be kept: the texts of an event are parts of all of it.
func (s *balanceSums) keep(k accountKey) accountKey {
	return accountKey{s.word(k.ledger), strings.Clone(k.address)}
}

// word is a text of which there are few.
func (s *balanceSums) word(text string) string {
	kept, known := s.words[text]
	if !known {
		kept = strings.Clone(text)
		s.words[kept] = kept
	}
	return kept
}

func (k accountKey) compare(other accountKey) int {
	if c := strings.Compare(k.ledger, other.ledger); c != 0 {
		return c
	}
	return strings.Compare(k.address, other.address)
}

func (k balanceKey) compare(other balanceKey) int {
	if c := k.accountKey.compare(other.accountKey); c != 0 {
		return c
	}
	return strings.Compare(k.asset, other.asset)
}

func sortedKeys[K comparable, V any](m map[K]V, compare func(K, K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}
