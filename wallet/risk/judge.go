package risk

import (
	"cel.dev/cel-go/common/types"
)

// Judge says what the rules decide of a payment. Before the charge, with facts that have no card, it asks those that do not
// ask for one; after that, those that do, and all that allow.
func (p *Program) Judge(f *Facts) Judgment {
	if p.broken != "" {
		return Judgment{Decision: Review, Reasons: []Reason{{Decision: Review, Text: "The rules do not load any more: " + p.broken}}}
	}
	var fits [3][]Reason // by what they decide: allow, refuse, review
	v := view{f, p.byName}
	for i := range p.rules {
		r := &p.rules[i]
		if f.Card == nil && r.ofCard || f.Card != nil && !r.ofCard && r.Decision != Allow {
			continue
		}
		decision, text := r.judge(v)
		switch decision {
		case Allow:
			fits[0] = append(fits[0], Reason{r.Name, Allow, text})
		case Refuse:
			fits[1] = append(fits[1], Reason{r.Name, Refuse, text})
		case Review:
			fits[2] = append(fits[2], Reason{r.Name, Review, text})
		}
	}
	switch {
	case fits[0] != nil:
		return Judgment{Decision: Allow, Reasons: fits[0]}
	case fits[1] != nil:
		return Judgment{Decision: Refuse, Reasons: append(fits[1], fits[2]...)}
	case fits[2] != nil:
		return Judgment{Decision: Review, Reasons: fits[2]}
	}
	return Judgment{Decision: Allow}
}

// judge says what one rule decides, and why; nothing where it does not fit.
func (r *compiled) judge(v view) (Decision, string) {
	text := r.Reason
	if text == "" {
		text = r.Name
	}
	result, _, err := r.run.Eval(v)
	switch {
	case err != nil:
		return Review, text + " (the rule could not be worked out: " + err.Error() + ")"
	case result == types.True:
		return r.Decision, text
	}
	return "", ""
}
