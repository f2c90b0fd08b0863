package readmodel

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// A term is a digest of one thing that a transaction can be found by. It has 32 bits: what is found is
// checked, and half of the room is worth more than the few false finds. Terms of a transaction:
//
//	type t            its event type
//	asset c           each asset it moves
//	under a           each account above the ones it posts to (assets:stripe for assets:stripe:clearing)
//	reference r       its reference
//	metadata k v      each pair of its metadata
//	magnitude c n     each asset with the number of digits before the point of an amount moved in it
func term(parts ...string) int32 {
	h := fnv.New32a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return int32(h.Sum32())
}

func termType(eventType string) int32      { return term("type", eventType) }
func termAsset(asset string) int32         { return term("asset", asset) }
func termUnder(account string) int32       { return term("under", account) }
func termReference(reference string) int32 { return term("reference", reference) }
func termMetadata(key, value string) int32 { return term("metadata", key, value) }

func termMagnitude(asset string, digits int) int32 {
	return term("magnitude", asset, strconv.Itoa(digits))
}

// magnitude is the number of digits before the decimal point; 0 for amounts below one.
func magnitude(d decimal.Decimal) int {
	whole := d.Truncate(0)
	if whole.IsZero() {
		return 0
	}
	return whole.NumDigits()
}

// termsOf are the terms of a transaction.
func termsOf(e *journal.Event, reference string, metadata map[string]string) []int32 {
	set := make(map[int32]struct{}, 12)
	add := func(t int32) { set[t] = struct{}{} }
	add(termType(e.Type))
	for _, p := range e.Postings {
		add(termAsset(p.Asset))
		add(termMagnitude(p.Asset, magnitude(p.Amount)))
		for i := strings.LastIndexByte(p.Account, ':'); i > 0; i = strings.LastIndexByte(p.Account[:i], ':') {
			add(termUnder(p.Account[:i]))
		}
	}
	if reference != "" {
		add(termReference(reference))
	}
	for k, v := range metadata {
		add(termMetadata(k, v))
	}
	out := make([]int32, 0, len(set))
	for t := range set {
		out = append(out, t)
	}
	slices.Sort(out) // the same transaction has the same row in every generation
	return out
}
