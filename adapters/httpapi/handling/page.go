package handling

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/request"
)

// Page is what a caller asked for of a list.
type Page struct {
	Limit int
	// Place is where the page before ended; empty for the first page.
	Place string
	// filter and cursors make the cursor of the next page.
	filter  string
	cursors request.Cursors
}

// Page reads the limit and the cursor of a list. Errors: a *request.Problem with the code "invalid-cursor".
func (h *Base) Page(ctx context.Context, limit int, cursor string) (Page, error) {
	if limit == 0 {
		limit = request.DefaultPage
	}
	p := Page{Limit: limit, filter: request.CallOf(ctx).Filter(), cursors: h.cursors}
	if cursor == "" {
		return p, nil
	}
	place, err := p.cursors.Open(p.filter, cursor)
	p.Place = string(place)
	return p, err
}

// Turn cuts what was read to the page. One row more than the limit was asked for: if it came, there
// is a next page, which begins after the place of the last row shown.
func Turn[T any](ctx context.Context, p Page, rows []T, place func(T) string) (shown []T, more bool, next string) {
	if len(rows) <= p.Limit {
		return rows, false, ""
	}
	rows = rows[:p.Limit]
	next = p.cursors.Seal(p.filter, []byte(place(rows[len(rows)-1])))
	request.CallOf(ctx).SetNext(next)
	return rows, true, next
}

// Each renders every row; an empty list stays a list.
func Each[T, R any](rows []T, render func(T) R) []R {
	out := make([]R, len(rows))
	for i, row := range rows {
		out[i] = render(row)
	}
	return out
}
