package httpapi

import (
	"context"
)

// page is what a caller asked for of a list.
type page struct {
	limit int
	// place is where the page before ended; empty for the first page.
	place string
	// filter and cursors make the cursor of the next page.
	filter  string
	cursors cursors
}

// page reads the limit and the cursor of a list. Errors: a *Problem with the code "invalid-cursor".
func (h *base) page(ctx context.Context, limit int, cursor string) (page, error) {
	if limit == 0 {
		limit = DefaultPage
	}
	p := page{limit: limit, filter: callOf(ctx).filter(), cursors: h.cursors}
	if cursor == "" {
		return p, nil
	}
	place, err := p.cursors.open(p.filter, cursor)
	p.place = string(place)
	return p, err
}

// turn cuts what was read to the page. One row more than the limit was asked for: if it came, there
// is a next page, which begins after the place of the last row shown.
func turn[T any](ctx context.Context, p page, rows []T, place func(T) string) (shown []T, more bool, next string) {
	if len(rows) <= p.limit {
		return rows, false, ""
	}
	rows = rows[:p.limit]
	next = p.cursors.seal(p.filter, []byte(place(rows[len(rows)-1])))
	callOf(ctx).setNext(next)
	return rows, true, next
}

// each renders every row; an empty list stays a list.
func each[T, R any](rows []T, render func(T) R) []R {
	out := make([]R, len(rows))
	for i, row := range rows {
		out[i] = render(row)
	}
	return out
}
