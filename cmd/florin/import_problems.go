package main

import (
	"fmt"
	"io"
	"strings"
)

// importProblems are what keeps a file from being posted: each in words, once, with the places where
// it was met. Thousands of postings to one unmapped account are one problem to a bookkeeper.
type importProblems struct {
	byText map[string]*importProblem
	order  []*importProblem
	// all counts the places, and more the different problems that are not kept.
	all, more int
}

type importProblem struct {
	text, at, title string
	// also are further places, last the latest of them.
	also  []string
	last  string
	count int
}

func newImportProblems() importProblems {
	return importProblems{byText: map[string]*importProblem{}}
}

func (p *importProblems) any() bool { return p.all > 0 }

// add notes a problem of the transaction at a place.
func (p *importProblems) add(at, title, text string) {
	known := p.byText[text]
	if known != nil && known.last == at { // two postings of one transaction
		return
	}
	p.all++
	switch {
	case known == nil && len(p.order) == importListed:
		p.more++
	case known == nil:
		known = &importProblem{text: text, at: at, title: title, last: at, count: 1}
		p.byText[text], p.order = known, append(p.order, known)
	default:
		known.count, known.last = known.count+1, at
		if len(known.also) < importPlaces {
			known.also = append(known.also, at)
		}
	}
}

// list writes the problems down, and ends with what was done about the file.
func (p *importProblems) list(out io.Writer, end string) {
	for _, one := range p.order {
		fmt.Fprintf(out, "%s: %s\n    %s\n", one.at, one.title, one.text)
		if len(one.also) > 0 {
			fmt.Fprintf(out, "    also at %s", strings.Join(one.also, ", "))
			if more := one.count - 1 - len(one.also); more > 0 {
				fmt.Fprintf(out, " and %d more", more)
			}
			fmt.Fprintln(out)
		}
	}
	if p.more > 0 {
		fmt.Fprintf(out, "… and %d more\n", p.more)
	}
	fmt.Fprintf(out, "%d problems; %s\n", p.all, end)
}
