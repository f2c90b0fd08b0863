package stripetest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

var _ http.RoundTripper = (*Account)(nil)

// RoundTrip implements http.RoundTripper: the lists of events and of balance transactions, charges, and the making of
// refunds.
func (a *Account) RoundTrip(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if query, err = url.ParseQuery(string(body)); err != nil {
			return nil, err
		}
	}
	switch path := r.URL.Path; {
	case path == "/v1/events":
		return answer(http.StatusOK, listed(a.events, query, func(e happened) (string, int64, any) { return e.id, e.created, e.body }))
	case path == "/v1/balance_transactions":
		return answer(http.StatusOK, listed(a.lines, query, func(l *settled) (string, int64, any) { return l.id, l.created, l }))
	case strings.HasPrefix(path, "/v1/charges/"):
		for _, c := range a.charges {
			if c.id == strings.TrimPrefix(path, "/v1/charges/") {
				return answer(http.StatusOK, c.object())
			}
		}
	case path == "/v1/refunds" && r.Method == http.MethodPost:
		return a.asked(query)
	case path == "/v1/refunds":
		return answer(http.StatusOK, Object{"object": "list", "has_more": false, "data": []Object{}})
	}
	return answer(http.StatusNotFound, refusal("resource_missing"))
}

// asked gives money back that we ask for.
func (a *Account) asked(form url.Values) (*http.Response, error) {
	amount, _ := strconv.ParseInt(form.Get("amount"), 10, 64)
	for _, c := range a.charges {
		if c.Intent == form.Get("payment_intent") && amount > 0 && amount <= c.left() {
			return answer(http.StatusOK, a.refund(c, amount, map[string]string{
				"wallet_id": form.Get("metadata[wallet_id]"), "payment_id": form.Get("metadata[payment_id]"), "refund_id": form.Get("metadata[refund_id]"),
			}).object())
		}
	}
	return answer(http.StatusBadRequest, refusal("charge_already_refunded"))
}

func refusal(code string) Object {
	return Object{"error": Object{"type": "invalid_request_error", "code": code, "message": "This is " + code + "."}}
}

// MarshalJSON implements json.Marshaler: as it is listed, with its source.
func (l *settled) MarshalJSON() ([]byte, error) { return json.Marshal(l.object(true)) }

// listed is a page, the newest first.
func listed[T any](all []T, query url.Values, of func(T) (id string, created int64, body any)) Object {
	from, _ := strconv.ParseInt(query.Get("created[gte]"), 10, 64)
	limit, _ := strconv.Atoi(query.Get("limit"))
	after, more, found := query.Get("starting_after"), false, []any{}
	for i := len(all) - 1; i >= 0; i-- {
		id, created, body := of(all[i])
		switch {
		case after == id:
			after = ""
		case after != "" || created < from:
		case len(found) == limit:
			more = true
		default:
			found = append(found, body)
		}
	}
	return Object{"object": "list", "has_more": more, "data": found}
}

func answer(status int, body any) (*http.Response, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(data))}, nil
}
