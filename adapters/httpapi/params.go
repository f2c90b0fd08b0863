package httpapi

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/florinledger/florin/ledger/journal"
)

// parameter is a query parameter that a route knows. Handlers get it from the generated types; this
// is its form, checked before a handler runs.
type parameter struct {
	name string
	// deep parameters are written name[key]=value, any number of keys.
	deep bool
	// want returns what the value must look like, or "" when it does.
	want func(value string) string
}

// checkQuery holds the query of a request against what its route knows. It also refuses what no
// route takes anywhere: text that is not UTF-8, U+0000 (which Postgres cannot store), a parameter
// given twice or empty.
func checkQuery(u *url.URL, known []parameter) *Problem {
	if u.RawQuery == "" {
		return nil
	}
	if len(u.RawQuery) > MaxQueryBytes {
		return newProblem("invalid-parameter", "the query has %d bytes; at most %d are taken", len(u.RawQuery), MaxQueryBytes)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return newProblem("invalid-parameter", "the query is not well-formed: %v", err)
	}
	deep := 0
	for name, values := range query {
		p := findParameter(known, name)
		if p == nil {
			return newProblem("unknown-parameter", "this route has no parameter %q", clip(name))
		}
		if p.deep {
			deep++
		}
		if len(values) != 1 {
			return newProblem("invalid-parameter", "%s is given %d times", clip(name), len(values))
		}
		if badText(name) || badText(values[0]) {
			return newProblem("invalid-parameter", "%s is not UTF-8 text without U+0000", clip(name))
		}
		if want := p.want(values[0]); want != "" {
			return newProblem("invalid-parameter", "%s must be %s", clip(name), want)
		}
	}
	if deep > MaxMetadataFilters {
		return newProblem("invalid-parameter", "%d metadata filters are given; at most %d are taken", deep, MaxMetadataFilters)
	}
	return cmp.Or(checkStretch(query, "from", "until"), checkStretch(query, "recorded_from", "recorded_until"),
		checkStretch(query, "created_after", "created_before"))
}

// checkStretch refuses a stretch of time that ends before it begins: its list is always empty, and
// whoever mixed the two up would take that for an answer.
func checkStretch(query url.Values, from, until string) *Problem {
	begin, errBegin := time.Parse(time.RFC3339Nano, query.Get(from))
	end, errEnd := time.Parse(time.RFC3339Nano, query.Get(until))
	if errBegin == nil && errEnd == nil && end.Before(begin) {
		return newProblem("invalid-parameter", "%s must not lie before %s", until, from)
	}
	return nil
}

// checkPath refuses paths that carry what no text may carry; what their parts must look like is
// for handlers to know.
func checkPath(u *url.URL) *Problem {
	if badText(u.Path) {
		return newProblem("invalid-parameter", "the path is not UTF-8 text without U+0000")
	}
	return nil
}

// checkKey holds the Idempotency-Key against the route.
func checkKey(h http.Header, rt *route) *Problem {
	values := h["Idempotency-Key"]
	switch {
	case len(values) == 0 && rt.money:
		return &Problem{Code: "idempotency-key-missing"}
	case len(values) == 0:
		return nil
	case len(values) > 1:
		return newProblem("idempotency-key-invalid", "the header is given %d times", len(values))
	}
	key := values[0]
	if key == "" || len(key) > MaxIdempotencyKey {
		return newProblem("idempotency-key-invalid", "it has %d bytes; 1 to %d are taken", len(key), MaxIdempotencyKey)
	}
	if strings.IndexFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
		return newProblem("idempotency-key-invalid", "it has characters that are not printable ASCII")
	}
	return nil
}

// ifMatch reads the version of an If-Match header; nil when there is none.
func ifMatch(header string) (*int64, error) {
	if header == "" {
		return nil, nil //nolint:nilnil // no condition is no error
	}
	text, opened := strings.CutPrefix(header, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	version, err := strconv.ParseInt(text, 10, 64)
	if !opened || !closed || err != nil || version < 0 {
		return nil, newProblem("invalid-parameter", `If-Match must be an ETag as it was given, such as "7", quotes included`)
	}
	return &version, nil
}

func findParameter(known []parameter, name string) *parameter {
	for i := range known {
		p := &known[i]
		if !p.deep {
			if p.name == name {
				return p
			}
			continue
		}
		key, ok := strings.CutPrefix(name, p.name+"[")
		if key, closed := strings.CutSuffix(key, "]"); ok && closed && key != "" && !strings.ContainsAny(key, "[]") {
			return p
		}
	}
	return nil
}

func badText(s string) bool { return strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) }

// clip keeps what is quoted back to a caller short.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func textWant(value string) string {
	if value == "" || len(value) > MaxFilter {
		return "1 to " + strconv.Itoa(MaxFilter) + " bytes long"
	}
	return ""
}

func textParam(name string) parameter { return parameter{name: name, want: textWant} }

func intParam(name string, least, most int) parameter {
	return parameter{name: name, want: func(value string) string {
		if n, err := strconv.Atoi(value); err != nil || n < least || n > most || strings.HasPrefix(value, "+") {
			return "a whole number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most)
		}
		return ""
	}}
}

func enumParam(name string, values ...string) parameter {
	return parameter{name: name, want: func(value string) string {
		if !slices.Contains(values, value) {
			return "one of " + strings.Join(values, ", ")
		}
		return ""
	}}
}

func timeParam(name string) parameter {
	return parameter{name: name, want: func(value string) string {
		if _, err := time.Parse(time.RFC3339Nano, value); err != nil {
			return "an RFC 3339 time, such as 2026-01-31T00:00:00Z (a plus sign is written %2B)"
		}
		return ""
	}}
}

// amountParam checks the form alone; the scale is the asset's, which the handler knows.
func amountParam(name string) parameter {
	return parameter{name: name, want: func(value string) string {
		digits := strings.Replace(value, ".", "", 1)
		plain := digits != "" && strings.Trim(digits, "0123456789") == "" && len(digits) <= 60
		if !plain || strings.HasPrefix(value, ".") || strings.HasSuffix(value, ".") {
			return "a decimal number of at most 60 digits, such as 10.50"
		}
		return ""
	}}
}

// The parameters that routes of all areas share.

func limitParam() parameter  { return intParam("limit", 1, MaxPage) }
func dryRunParam() parameter { return boolParam("dry_run") }

func boolParam(name string) parameter { return enumParam(name, "true", "false") }

func metadataParam() parameter { return parameter{name: "metadata", deep: true, want: textWant} }

func cursorParam() parameter {
	return parameter{name: "cursor", want: func(value string) string {
		if value == "" || len(value) > MaxCursor {
			return "the next_cursor of a page"
		}
		return ""
	}}
}

func atLeastParam() parameter {
	return parameter{name: "at_least", want: func(value string) string {
		if _, err := journal.ParseToken(value); err != nil {
			return "a Florin-Position, as a write answered it"
		}
		return ""
	}}
}
