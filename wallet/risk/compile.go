package risk

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"

	"github.com/florinledger/florin/ledger"
)

// Program is a set of rules, ready to judge. It keeps nothing between payments, and may be used by several at once.
type Program struct {
	rules  []compiled
	byName map[string]fact
	// broken is why rules that were good once do not load any more.
	broken string
}

// compiled is a rule, ready to judge.
type compiled struct {
	Rule
	// ofCard says that it asks for the card, and so waits for the charge.
	ofCard bool
	run    cel.Program
}

// Broken is what is wrong with a condition, and where.
type Broken struct {
	// Rule counts from 0, Line and Column from 1.
	Rule, Line, Column int
	Detail             string
}

// Error says what is wrong, with the position in the condition.
func (b Broken) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", b.Line, b.Column, b.Detail)
}

// Compile makes rules ready to judge, or says what is wrong with each condition that is broken.
func Compile(rules []Rule) (*Program, []Broken) {
	if len(rules) == 0 {
		return &Program{}, nil
	}
	language, err := newLanguage()
	if err != nil {
		panic("risk: the language of rules does not stand: " + err.Error()) // it is made of nothing but this package
	}
	p := &Program{byName: map[string]fact{}}
	for _, f := range facts() {
		p.byName[f.name] = f
	}
	var broken []Broken
	for i, r := range rules {
		c, wrong := p.compile(language, r)
		for _, b := range wrong {
			b.Rule = i
			broken = append(broken, b)
		}
		p.rules = append(p.rules, c)
	}
	if broken != nil {
		return nil, broken
	}
	return p, nil
}

func (p *Program) compile(language *cel.Env, r Rule) (compiled, []Broken) {
	if strings.TrimSpace(r.When) == "" {
		return compiled{}, []Broken{{Line: 1, Column: 1, Detail: "want a condition"}}
	}
	parsed, issues := language.Parse(r.When)
	if issues.Err() != nil {
		return compiled{}, places(issues)
	}
	reading := p.read(parsed)
	if reading.broken != nil {
		return compiled{}, reading.broken
	}
	checked, issues := language.Check(parsed)
	if issues.Err() != nil {
		return compiled{}, places(issues)
	}
	if checked.OutputType() != cel.BoolType {
		return compiled{}, []Broken{{Line: 1, Column: 1, Detail: fmt.Sprintf("want a condition, which is true or false, and not a %s", checked.OutputType())}}
	}
	run, err := language.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CustomDecorator(foldAmounts))
	if err != nil {
		return compiled{}, []Broken{{Line: 1, Column: 1, Detail: err.Error()}}
	}
	return compiled{Rule: r, ofCard: reading.ofCard, run: run}, nil
}

// places are the issues that the language has with a condition. Columns count from 0 there.
func places(issues *cel.Issues) []Broken {
	var out []Broken
	for _, e := range issues.Errors() {
		out = append(out, Broken{Line: e.Location.Line(), Column: max(e.Location.Column()+1, 1), Detail: e.Message})
	}
	return out
}

// reading is what a look at a condition finds.
type reading struct {
	ofCard bool
	broken []Broken
}

// read looks for what the checker would let pass, or say unclearly: unknown facts, floats, amounts that are none, and
// conditions that cost too much.
func (p *Program) read(parsed *cel.Ast) (out reading) {
	tree := parsed.NativeRep()
	wrong := func(e ast.Expr, detail string, args ...any) {
		for e.Kind() == ast.SelectKind { // whose own place is its dot
			e = e.AsSelect().Operand()
		}
		at := tree.SourceInfo().GetStartLocation(e.ID())
		out.broken = append(out.broken, Broken{Line: at.Line(), Column: at.Column() + 1, Detail: fmt.Sprintf(detail, args...)})
	}
	cost, inner := 0, map[int64]bool{} // inner are parts of a fact's name
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		cost++
		switch e.Kind() {
		case ast.SelectKind, ast.IdentKind:
			if inner[e.ID()] {
				return
			}
			name := path(e, inner)
			if _, known := p.byName[name]; !known {
				wrong(e, "there is no fact %s%s", name, p.like(name))
			}
			out.ofCard = out.ofCard || strings.HasPrefix(name, "card.")
		case ast.LiteralKind:
			if f, float := e.AsLiteral().(types.Double); float {
				wrong(e, "%v is a float: write decimal(\"%v\")", f, f)
			}
		case ast.CallKind:
			cost += callCost(e.AsCall())
			if e.AsCall().FunctionName() == decimalFunction {
				if at, err := checkLiteral(e); err != nil {
					wrong(at, "%s", err)
				}
			}
		}
	}))
	if cost > MaxCost && out.broken == nil {
		wrong(tree.Expr(), "it costs %d to work out, want at most %d", cost, MaxCost)
	}
	return out
}

// callCost is what a call costs besides its operands. Texts are looked at byte by byte.
func callCost(c ast.CallExpr) int {
	switch c.FunctionName() {
	case "startsWith", "endsWith", "contains":
		return factSize / 10
	}
	return 0
}

// checkLiteral checks the text that a call makes an amount of, and says where it is.
func checkLiteral(call ast.Expr) (at ast.Expr, err error) {
	args := call.AsCall().Args()
	if len(args) != 1 {
		return call, errors.New("want one text in quotes")
	}
	if args[0].Kind() == ast.LiteralKind {
		if text, ok := args[0].AsLiteral().(types.String); ok {
			_, err := ledger.ParseSigned(string(text))
			return args[0], err
		}
	}
	return args[0], errors.New(`want one text in quotes, such as decimal("10.50")`)
}

// path is the name that a chain of selections spells. The parts below are noted in inner.
func path(e ast.Expr, inner map[int64]bool) string {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent()
	case ast.SelectKind:
		below := e.AsSelect().Operand()
		if below.Kind() == ast.IdentKind || below.Kind() == ast.SelectKind {
			inner[below.ID()] = true
			return path(below, inner) + "." + e.AsSelect().FieldName()
		}
		return "(…)." + e.AsSelect().FieldName()
	}
	return ""
}

// like names the facts that begin as an unknown one does.
func (p *Program) like(name string) string {
	root, _, _ := strings.Cut(name, ".")
	var alike []string
	for known := range p.byName {
		if strings.HasPrefix(known, root+".") {
			alike = append(alike, known)
		}
	}
	if alike == nil {
		return "; facts are those of payment, user, wallet and card"
	}
	slices.Sort(alike)
	return "; known are " + strings.Join(alike, ", ")
}

// foldAmounts makes amounts of their texts once, and not for every payment.
func foldAmounts(i interpreter.Interpretable) (interpreter.Interpretable, error) {
	call, ok := i.(interpreter.InterpretableCall)
	if !ok || call.Function() != decimalFunction {
		return i, nil
	}
	text, ok := call.Args()[0].(interpreter.InterpretableConst)
	if !ok {
		return i, nil
	}
	return interpreter.NewConstValue(call.ID(), parseAmount(text.Value())), nil
}
