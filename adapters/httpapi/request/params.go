package request

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

// Parameter is a query parameter that a route knows. Handlers get it from the generated types; this
// is its form, checked before a handler runs.
type Parameter struct {
	Name string
	// Deep parameters are written name[key]=value, any number of keys.
	Deep bool
	// Want returns what the value must look like, or "" when it does.
	Want func(value string) string
}

// CheckQuery holds the query of a request against what its route knows. It also refuses what no
// route takes anywhere: text that is not UTF-8, U+0000 (which Postgres cannot store), a parameter
// given twice or empty.
func CheckQuery(u *url.URL, known []Parameter) *Problem {
	if u.RawQuery == "" {
		return nil
	}
	if len(u.RawQuery) > MaxQueryBytes {
		return NewProblem("invalid-parameter", "the query has %d bytes; at most %d are taken", len(u.RawQuery), MaxQueryBytes)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return NewProblem("invalid-parameter", "the query is not well-formed: %v", err)
	}
	deep := 0
	for name, values := range query {
		p := findParameter(known, name)
		if p == nil {
			return NewProblem("unknown-parameter", "this route has no parameter %q", Clip(name))
		}
		if p.Deep {
			deep++
		}
		if len(values) != 1 {
			return NewProblem("invalid-parameter", "%s is given %d times", Clip(name), len(values))
		}
		if badText(name) || badText(values[0]) {
			return NewProblem("invalid-parameter", "%s is not UTF-8 text without U+0000", Clip(name))
		}
		if want := p.Want(values[0]); want != "" {
			return NewProblem("invalid-parameter", "%s must be %s", Clip(name), want)
		}
	}
	if deep > MaxMetadataFilters {
		return NewProblem("invalid-parameter", "%d metadata filters are given; at most %d are taken", deep, MaxMetadataFilters)
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
		return NewProblem("invalid-parameter", "%s must not lie before %s", until, from)
	}
	return nil
}

// CheckPath refuses paths that carry what no text may carry; what their parts must look like is
// for handlers to know.
func CheckPath(u *url.URL) *Problem {
	if badText(u.Path) {
		return NewProblem("invalid-parameter", "the path is not UTF-8 text without U+0000")
	}
	return nil
}

// CheckKey holds the Idempotency-Key against the route.
func CheckKey(h http.Header, rt *Route) *Problem {
	values := h["Idempotency-Key"]
	switch {
	case len(values) == 0 && rt.Money:
		return &Problem{Code: "idempotency-key-missing"}
	case len(values) == 0:
		return nil
	case len(values) > 1:
		return NewProblem("idempotency-key-invalid", "the header is given %d times", len(values))
	}
	key := values[0]
	if key == "" || len(key) > MaxIdempotencyKey {
		return NewProblem("idempotency-key-invalid", "it has %d bytes; 1 to %d are taken", len(key), MaxIdempotencyKey)
	}
	if strings.IndexFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
		return NewProblem("idempotency-key-invalid", "it has characters that are not printable ASCII")
	}
	return nil
}

// IfMatch reads the version of an If-Match header; nil when there is none.
func IfMatch(header string) (*int64, error) {
	if header == "" {
		return nil, nil //nolint:nilnil // no condition is no error
	}
	text, opened := strings.CutPrefix(header, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	version, err := strconv.ParseInt(text, 10, 64)
	if !opened || !closed || err != nil || version < 0 {
		return nil, NewProblem("invalid-parameter", `If-Match must be an ETag as it was given, such as "7", quotes included`)
	}
	return &version, nil
}

func findParameter(known []Parameter, name string) *Parameter {
	for i := range known {
		p := &known[i]
		if !p.Deep {
			if p.Name == name {
				return p
			}
			continue
		}
		key, ok := strings.CutPrefix(name, p.Name+"[")
		if key, closed := strings.CutSuffix(key, "]"); ok && closed && key != "" && !strings.ContainsAny(key, "[]") {
			return p
		}
	}
	return nil
}

func badText(s string) bool { return strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) }

// Clip keeps what is quoted back to a caller short.
func Clip(s string) string {
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

// TextParam is any text of 1 to MaxFilter bytes.
func TextParam(name string) Parameter { return Parameter{Name: name, Want: textWant} }

// IntParam is a whole number from least to most.
func IntParam(name string, least, most int) Parameter {
	return Parameter{Name: name, Want: func(value string) string {
		if n, err := strconv.Atoi(value); err != nil || n < least || n > most || strings.HasPrefix(value, "+") {
			return "a whole number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most)
		}
		return ""
	}}
}

// EnumParam is one of values.
func EnumParam(name string, values ...string) Parameter {
	return Parameter{Name: name, Want: func(value string) string {
		if !slices.Contains(values, value) {
			return "one of " + strings.Join(values, ", ")
		}
		return ""
	}}
}

// TimeParam is a time as of RFC 3339.
func TimeParam(name string) Parameter {
	return Parameter{Name: name, Want: func(value string) string {
		if _, err := time.Parse(time.RFC3339Nano, value); err != nil {
			return "an RFC 3339 time, such as 2026-01-31T00:00:00Z (a plus sign is written %2B)"
		}
		return ""
	}}
}

// AmountParam is an amount. It checks the form alone; the scale is the asset's, which the handler knows.
func AmountParam(name string) Parameter {
	return Parameter{Name: name, Want: func(value string) string {
		digits := strings.Replace(value, ".", "", 1)
		plain := digits != "" && strings.Trim(digits, "0123456789") == "" && len(digits) <= 60
		if !plain || strings.HasPrefix(value, ".") || strings.HasSuffix(value, ".") {
			return "a decimal number of at most 60 digits, such as 10.50"
		}
		return ""
	}}
}

// The parameters that routes of all areas share.

// LimitParam is how long a page is to be.
func LimitParam() Parameter { return IntParam("limit", 1, MaxPage) }

// DryRunParam asks what would be.
func DryRunParam() Parameter { return BoolParam("dry_run") }

// BoolParam is true or false.
func BoolParam(name string) Parameter { return EnumParam(name, "true", "false") }

// MetadataParam is metadata[key]=value, for any keys.
func MetadataParam() Parameter { return Parameter{Name: "metadata", Deep: true, Want: textWant} }

// CursorParam is where a page begins; Cursors say whether it is a place of its list.
func CursorParam() Parameter {
	return Parameter{Name: "cursor", Want: func(value string) string {
		if value == "" || len(value) > MaxCursor {
			return "the next_cursor of a page"
		}
		return ""
	}}
}

// AtLeastParam is the position that a read must have seen.
func AtLeastParam() Parameter {
	return Parameter{Name: "at_least", Want: func(value string) string {
		if _, err := journal.ParseToken(value); err != nil {
			return "a Florin-Position, as a write answered it"
		}
		return ""
	}}
}
