package risk

// Past is a payment of the past: what was known of it, and what was decided then.
type Past struct {
	ID string
	// Asked is from when it was asked for, and Charged from when the charge showed its card; nil for a payment without.
	Asked, Charged *Assessment
}

// Trial is what rules would have decided of payments of the past.
type Trial struct {
	// Tried is how many payments were judged; Unknown are those of which the facts were not kept.
	Tried, Unknown int
	// Was and Now are how many were decided how, then and by these rules.
	Was, Now map[Decision]int
	// Changed are those of which these rules decide otherwise.
	Changed []Changed
}

// Changed is a payment of which rules decide otherwise than was decided.
type Changed struct {
	ID       string
	Was, Now Decision
	// Reasons are why it would be decided so now; none for a payment that nothing would be said against.
	Reasons []Reason
}

// Try says what p would have decided of payments of the past. What finance decided afterwards does not count: it is about
// the rules.
func (p *Program) Try(past []Past) Trial {
	t := Trial{Was: map[Decision]int{}, Now: map[Decision]int{}}
	for _, one := range past {
		if one.Asked == nil {
			t.Unknown++
			continue
		}
		t.Tried++
		was, now := one.Asked.Judgment, p.Judge(&one.Asked.Facts)
		if one.Charged != nil {
			was = severer(was, one.Charged.Judgment)
			now = severer(now, p.Judge(&one.Charged.Facts))
		}
		t.Was[was.Decision]++
		t.Now[now.Decision]++
		if was.Decision != now.Decision {
			t.Changed = append(t.Changed, Changed{ID: one.ID, Was: was.Decision, Now: now.Decision, Reasons: now.Reasons})
		}
	}
	return t
}

// severer is which of two judgments weighs more.
func severer(a, b Judgment) Judgment {
	rank := map[Decision]int{Allow: 0, Review: 1, Refuse: 2}
	if rank[b.Decision] > rank[a.Decision] {
		return b
	}
	return a
}
