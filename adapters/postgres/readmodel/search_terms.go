package readmodel

import (
	"fmt"
	"maps"
	"slices"

	"github.com/florinledger/florin/ledger/query"
)

// maxDigits is the most digits before the point that an amount can have.
const maxDigits = 60

// addTerms adds what a transaction must be found by: each as a term, and as a condition on the journal
// row, against which what a digest found is checked.
func (s *search) addTerms(f query.TransactionFilter) {
	add := func(t int32, condition, name string, value any) {
		s.terms = append(s.terms, t)
		s.checks = append(s.checks, condition)
		s.args[name] = value
	}
	if f.Type != "" {
		add(termType(f.Type), "e.type = @type", "type", f.Type)
	}
	// The entries of an account are those in the asset already.
	if s.sizes = magnitudes(f); f.Asset != "" && (f.Account == "" || s.sizes != nil) {
		add(termAsset(f.Asset), `EXISTS (SELECT FROM json_array_elements(e.postings) p WHERE p ->> 3 = @asset`+s.amountCondition(f)+`)`, "asset", f.Asset)
	}
	if f.Under != "" {
		add(termUnder(f.Under), `EXISTS (SELECT FROM json_array_elements(e.postings) p WHERE starts_with(p ->> 0, @under))`, "under", f.Under+":")
	}
	if f.Reference != "" {
		add(termReference(f.Reference), "e.data ->> 'reference' = @reference", "reference", f.Reference)
	}
	for i, key := range slices.Sorted(maps.Keys(f.Metadata)) {
		name := fmt.Sprintf("metadata_%d", i)
		add(termMetadata(key, f.Metadata[key]), fmt.Sprintf("e.data -> 'metadata' ->> @%s_key = @%s", name, name), name, f.Metadata[key])
		s.args[name+"_key"] = key
	}
	s.args["terms"], s.args["sizes"] = s.terms, s.sizes
}

func (s *search) amountCondition(f query.TransactionFilter) (condition string) {
	if f.AtLeast != nil {
		condition += " AND (p ->> 2)::numeric >= @at_least::text::numeric"
		s.args["at_least"] = f.AtLeast.String()
	}
	if f.AtMost != nil {
		condition += " AND (p ->> 2)::numeric <= @at_most::text::numeric"
		s.args["at_most"] = f.AtMost.String()
	}
	return condition
}

// magnitudes are the terms of the sizes between the bounds; nil when there are no bounds.
func magnitudes(f query.TransactionFilter) (terms []int32) {
	if f.AtLeast == nil && f.AtMost == nil {
		return nil
	}
	low, high := 0, maxDigits
	if f.AtLeast != nil && f.AtLeast.IsPositive() { // digits of what is below zero bound nothing
		low = magnitude(*f.AtLeast)
	}
	if f.AtMost != nil {
		high = magnitude(*f.AtMost)
	}
	terms = []int32{}
	for n := low; n <= high; n++ {
		terms = append(terms, termMagnitude(f.Asset, n))
	}
	return terms
}
