package hledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/florinledger/florin/ledger"
)

// metadata is what else a transaction says: code, status, date2, comment, tag.<name>, and
// posting.<n>.comment and posting.<n>.status with postings counted from one. What is empty is left out.
func (w *conversion) metadata(t *Transaction) map[string]string {
	m := map[string]string{}
	put(m, "code", t.Code)
	putStatus(m, "status", t.Status)
	put(m, "date2", t.Date2)
	put(m, "preceding-comment", t.PrecedingComment)
	put(m, "comment", t.Comment)
	values := map[string]string{}
	for _, tag := range t.Tags {
		key := "tag." + tag[0]
		if _, again := values[key]; again { // the comment keeps them as they were written
			values[key] += ", " + tag[1]
			continue
		}
		values[key] = tag[1]
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if values[key] == "" { // that the tag is there is what it says
			m[key] = ""
			continue
		}
		put(m, key, values[key])
	}
	for i := range t.Postings {
		p := &t.Postings[i]
		put(m, fmt.Sprintf("posting.%d.comment", i+1), p.Comment)
		putStatus(m, fmt.Sprintf("posting.%d.status", i+1), p.Status)
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// checkMetadata says in a bookkeeper's words what is too much of it.
func checkMetadata(m map[string]string) (problems []string) {
	if len(m) > ledger.MaxMetadata {
		problems = append(problems, fmt.Sprintf("its code, status, tags and comments, and those of its postings, are %d notes, "+
			"and a transaction keeps %d: take some out, or split it", len(m), ledger.MaxMetadata))
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if len(key) > ledger.MaxMetadataKey {
			problems = append(problems, fmt.Sprintf("the note %q has a name longer than %d bytes: shorten the tag", key, ledger.MaxMetadataKey))
		}
	}
	return problems
}

// putStatus notes a status; what is unmarked says nothing.
func putStatus(m map[string]string, key, status string) {
	if status != "Unmarked" {
		put(m, key, strings.ToLower(status))
	}
}

// put notes a text without the line break at its end. One that is longer than a value may be goes on
// under key.2, key.3 and so on, as does one whose key is taken: nothing is written over.
func put(m map[string]string, key, text string) {
	text = strings.TrimSpace(text)
	for n := 1; text != ""; n++ {
		name := key
		if n > 1 {
			name = fmt.Sprintf("%s.%d", key, n)
		}
		if _, taken := m[name]; taken {
			continue
		}
		cut := min(len(text), ledger.MaxMetadataValue)
		for cut < len(text) && !utf8.RuneStart(text[cut]) {
			cut--
		}
		m[name], text = text[:cut], text[cut:]
	}
}
