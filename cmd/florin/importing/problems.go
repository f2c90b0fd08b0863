package importing

import (
	"fmt"
	"io"
	"strings"
)

// problems are what keeps a file from being posted: each in words, once, with the places where
// it was met. Thousands of postings to one unmapped account are one problem to a bookkeeper.
type problems struct {
	byText map[string]*problem
	order  []*problem
	// all counts the places, and more the different problems that are not kept.
	all, more int
}

type problem struct {
	text, at, title string
	// also are further places, last the latest of them.
	also  []string
	last  string
	count int
}

func newProblems() problems {
	return problems{byText: map[string]*problem{}}
}

func (p *problems) any() bool { return p.all > 0 }

// add notes a problem of the transaction at a place.
func (p *problems) add(at, title, text string) {
	known := p.byText[text]
	if known != nil && known.last == at { // two postings of one transaction
		return
	}
	p.all++
	switch {
	case known == nil && len(p.order) == maxListed:
		p.more++
	case known == nil:
		known = &problem{text: text, at: at, title: title, last: at, count: 1}
		p.byText[text], p.order = known, append(p.order, known)
	default:
		known.count, known.last = known.count+1, at
		if len(known.also) < maxPlaces {
			known.also = append(known.also, at)
		}
	}
}

// list writes the problems down, and ends with what was done about the file.
func (p *problems) list(out io.Writer, end string) {
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
