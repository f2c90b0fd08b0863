package risk

import (
	"slices"
	"sync"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// Engine judges payments by the rules that are live, for deciders. It remembers the rules that it made ready last; what it
// decides follows from the scope alone.
type Engine struct {
	mu      sync.Mutex
	rules   []Rule
	program *Program
}

// NewEngine returns an engine.
func NewEngine() *Engine { return &Engine{} }

// Ask is what is judged before anybody has paid.
type Ask struct {
	Owner, Wallet, Method, Provider, AskedBy string
	// Amount is at the asset's scale.
	Amount ledger.Money
}

// Judge judges a payment that is asked for.
func (g *Engine) Judge(s *journal.Scope, a Ask) Assessment {
	f := Facts{Payment: PaymentFacts{Amount: a.Amount.Amount, Asset: a.Amount.Asset, Method: a.Method, Provider: a.Provider, AskedBy: a.AskedBy}}
	f.Wallet = PartyFacts{ID: a.Wallet, AgeHours: ageHours("wal", a.Wallet, s.Now()), History: historyOf(s, "wallet/"+a.Wallet, a.Amount)}
	f.User = PartyFacts{ID: a.Owner, AgeHours: ageHours("usr", a.Owner, s.Now()), History: historyOf(s, "user/"+a.Owner, a.Amount)}
	if f.User.AgeHours < 0 { // nobody who has registered here
		f.User.AgeHours = f.Wallet.AgeHours
	}
	return g.assess(s, f)
}

// JudgeCard judges a payment again, now that its card is known. before is what was known when it was asked for.
func (g *Engine) JudgeCard(s *journal.Scope, before Facts, card Card) Assessment {
	amount := ledger.Money{Amount: before.Payment.Amount, Asset: before.Payment.Asset}
	row, _ := counts().Get(s, "card/"+card.ID)
	users := int64(len(row.Users))
	if !slices.Contains(row.Users, before.User.ID) && users < MaxUsers {
		users++
	}
	before.Card = &CardFacts{Card: card, Users: users, History: historyOf(s, "card/"+card.ID, amount)}
	return g.assess(s, before)
}

func (g *Engine) assess(s *journal.Scope, f Facts) Assessment {
	live, _ := LiveRules().Get(s, LiveID)
	j := g.programFor(live.Rules).Judge(&f)
	j.Rules = live.Version
	return Assessment{Judgment: j, Facts: f}
}

// programFor returns rules made ready. They were looked at before they went live; should a later version of Florin not
// take them any more, every payment is reviewed until they are set anew.
func (g *Engine) programFor(rules []Rule) *Program {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.program == nil || !slices.Equal(g.rules, rules) {
		program, broken := Compile(rules)
		if broken != nil {
			program = &Program{broken: broken[0].Error()}
		}
		g.rules, g.program = rules, program
	}
	return g.program
}

func historyOf(s *journal.Scope, id string, amount ledger.Money) History {
	row, _ := counts().Get(s, id)
	asked := wallet.Figure(amount.Amount)
	return row.history(s.Now(), amount.Asset, asked.Sub(asked))
}

// ageHours is how long there is a thing whose id begins with when it was made, as all of ours do; below zero for a text
// that is no such id.
func ageHours(prefix, id string, now time.Time) int64 {
	raw, err := journal.ParseID(prefix, id)
	if err != nil {
		return -1
	}
	var milliseconds int64
	for _, b := range raw[:6] {
		milliseconds = milliseconds<<8 | int64(b)
	}
	return max(int64(now.Sub(time.UnixMilli(milliseconds))/time.Hour), 0)
}
