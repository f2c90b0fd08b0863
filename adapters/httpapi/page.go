package httpapi

import (
	"context"
)

// page is what a caller asked for of a list.
type page struct {
	limit int
	// place is where the page before ended; empty for the first page.
	place string
}

// page reads the limit and the cursor of a list. Errors: a *Problem with the code "invalid-cursor".
func (h *Handlers) page(ctx context.Context, limit int, cursor string) (page, error) {
	if limit == 0 {
		limit = DefaultPage
	}
	if cursor == "" {
		return page{limit: limit}, nil
	}
	place, err := h.cursors.open(callOf(ctx).filter(), cursor)
	return page{limit, string(place)}, err
}

// turn cuts what was read to the page. One row more than the limit was asked for: if it came, there
// is a next page, which begins after the place of the last row shown.
func turn[T any](ctx context.Context, h *Handlers, p page, rows []T, place func(T) string) (shown []T, more bool, next string) {
	if len(rows) <= p.limit {
		return rows, false, ""
	}
	rows = rows[:p.limit]
	cl := callOf(ctx)
	next = h.cursors.seal(cl.filter(), []byte(place(rows[len(rows)-1])))
	cl.setNext(next)
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
