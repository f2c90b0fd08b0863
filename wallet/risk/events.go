package risk

import (
	"fmt"
	"strconv"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// TypeRulesSet is the type of the event that sets rules. Its shape at schema 1 is frozen in testdata/events.
const TypeRulesSet = "risk-rules-set"

// RulesSet says that rules went live, in the place of those before.
type RulesSet struct {
	// Version counts from 1.
	Version int64  `json:"version"`
	Rules   []Rule `json:"rules"`
	Note    string `json:"note"`
	SetBy   string `json:"set_by"`
}

// Live is what the writer knows of the rules that are live, and of each version where it was set.
type Live struct {
	Version int64  `json:"version"`
	Rules   []Rule `json:"rules,omitempty"`
	// Position is of the event that set them.
	Position int64 `json:"position"`
}

// LiveID is the id of the rules that are live.
const LiveID = "live"

// LiveRules are the rules that are live, under LiveID; and each version, without its rules, under its number.
func LiveRules() journal.Kind[Live] { return journal.NewKind[Live]("risk-rules") }

// Register tells r what is decided, evolved and recorded of rules. What is counted of payments is evolved by package
// payment.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandSetRules, decideSetRules)
	journal.Records[RulesSet](r, TypeRulesSet, 1, nil)
	journal.Holds(r, LiveRules())
	journal.Holds(r, counts())
	r.Evolves(evolve)
}

func decideSetRules(s *journal.Scope, c SetRules) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	before, _ := LiveRules().Get(s, LiveID)
	if c.IfVersion != nil && *c.IfVersion != before.Version {
		return ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: before.Version})
	}
	rules := c.Rules
	if rules == nil {
		rules = []Rule{}
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: "risk-rules/" + LiveID, Type: TypeRulesSet, Schema: 1,
		Body: RulesSet{Version: before.Version + 1, Rules: rules, Note: c.Note, SetBy: c.SetBy},
	})
	return nil
}

func evolve(s *journal.Scope, e *journal.Event) {
	if e.Type != TypeRulesSet {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("risk: evolve: %v", err))
	}
	body := e.Body.(RulesSet)
	LiveRules().Put(s, LiveID, Live{Version: body.Version, Rules: body.Rules, Position: e.Position})
	LiveRules().Put(s, strconv.FormatInt(body.Version, 10), Live{Version: body.Version, Position: e.Position})
}

// RuleSet is a set of rules as it is shown.
type RuleSet struct {
	RulesSet
	SetAt time.Time
}

// Show shows the rules that an event set, which has been decoded. Errors: it is of another type.
func Show(e *journal.Event) (RuleSet, error) {
	body, ok := e.Body.(RulesSet)
	if !ok {
		return RuleSet{}, fmt.Errorf("risk: event %d is a %s, want %s", e.Position, e.Type, TypeRulesSet)
	}
	return RuleSet{RulesSet: body, SetAt: e.RecordedAt}, nil
}
