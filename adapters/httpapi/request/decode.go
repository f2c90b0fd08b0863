package request

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/florinledger/florin/adapters/httpapi/api"
)

// Binder decodes bodies for the generated handlers. It takes JSON as strictly as it can be taken:
// the names as they stand in the contract, each once, nothing unknown, nothing after the document.
// What one reader skips and another believes is how two systems come to disagree about money.
type Binder struct{}

// Bind implements echo.Binder: it decodes the body of c into into, and nothing else.
//
// Errors: a *Problem that points at the field to blame. An empty body is one that is also io.EOF,
// by which the generated code knows that an optional body is absent.
func (Binder) Bind(into any, c echo.Context) error {
	req := c.Request()
	body, err := readBody(req.Body, req.ContentLength)
	if err != nil {
		return err
	}
	CallOf(req.Context()).Body = body
	switch to := into.(type) {
	case *stdjson.RawMessage:
		// A provider's event: its signature is over these very bytes.
		*to = body
		return nil
	case *api.CreateTransactionBatch:
		return bindBatch(body, into, TransactionList, &to.Transactions)
	case *api.CreateTransferBatch:
		return bindBatch(body, into, TransferList, &to.Transfers)
	default:
		return Decode(body, into, "")
	}
}

// bindBatch decodes a batch. Its items, which items is then the list of, are decoded one by one, and each is
// held to the limits by itself.
func bindBatch(body []byte, into any, list BatchList, items *[]stdjson.RawMessage) error {
	if err := unmarshal(body, into, ""); err != nil {
		return err
	}
	if len(*items) > MaxBatchItems {
		return list.tooLong()
	}
	return nil
}

// readBody reads a body whose size the frame has bounded. The length that the caller states saves
// growing, but only what arrives is paid for.
func readBody(r io.Reader, length int64) ([]byte, error) {
	const trusted = 64 << 10
	var buf bytes.Buffer
	if length > 0 {
		buf.Grow(int(min(length, trusted)) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(r); err != nil {
		if p := AsProblem(err); p.Code == "body-too-large" {
			return nil, p
		}
		return nil, &Problem{Code: "malformed-body", Detail: "the body ended before its time", Cause: err}
	}
	return buf.Bytes(), nil
}

// Decode decodes one JSON document, held to the limits. prefix is where the document stands in the
// body, such as "/transactions/3"; pointers begin with it.
func Decode(body []byte, into any, prefix string) error {
	if err := checkShape(body, prefix); err != nil {
		return err
	}
	if err := unmarshal(body, into, prefix); err != nil {
		return err
	}
	return checkNulls(body, prefix)
}

func unmarshal(body []byte, into any, prefix string) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return &Problem{
			Code:   "malformed-body",
			Errors: []FieldError{{Pointer: prefix, Detail: "the body is empty"}},
			Cause:  io.EOF,
		}
	}
	if err := json.Unmarshal(body, into, json.RejectUnknownMembers(true)); err != nil {
		return decodeProblem(err, prefix)
	}
	return nil
}

// checkShape refuses what the decoder would take: U+0000, which Postgres cannot store, and nesting
// beyond MaxDepth. Bodies without either, which is all but hostile ones, cost one pass over bytes.
func checkShape(body []byte, prefix string) error {
	if depthOf(body) <= MaxDepth && !bytes.Contains(body, []byte(`\u0000`)) {
		return nil
	}
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return decodeProblem(err, prefix)
		}
		if dec.StackDepth() > MaxDepth {
			return FieldProblem("malformed-body", prefix, "it nests deeper than %d levels", MaxDepth)
		}
		if token.Kind() == '"' && strings.IndexByte(token.String(), 0) >= 0 {
			return FieldProblem("malformed-body", prefix+string(dec.StackPointer()), "text must not contain U+0000")
		}
	}
}

// checkNulls refuses null where the decoder would take it for a value of its own. As an optional field
// it is an absent one, which is how many clients write it. As the whole body it would be an empty
// object, in metadata an empty text, and a capture whose amount is null would take all that is held.
func checkNulls(body []byte, prefix string) error {
	if !bytes.Contains(body, []byte("null")) {
		return nil
	}
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return decodeProblem(err, prefix)
		}
		if token.Kind() != 'n' {
			continue
		}
		pointer := dec.StackPointer()
		within, _ := dec.StackIndex(dec.StackDepth())
		if within != '{' || isMoney(pointer) || pointer.Parent() == "/metadata" {
			return FieldProblem("invalid-field", prefix+string(pointer), "want a value, not null")
		}
	}
}

// depthOf returns how deep brackets nest, strings left out. Of text that is not JSON it may say
// anything; the decoder finds that out.
func depthOf(body []byte) int {
	depth, deepest, inString := 0, 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inString:
			switch c {
			case '\\':
				i++
			case '"':
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

// decodeProblem says what is wrong with a body, and where.
func decodeProblem(err error, prefix string) *Problem {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		detail := "it is not well-formed JSON"
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName):
			detail = "the member is there twice"
		case errors.Is(err, io.ErrUnexpectedEOF):
			detail = "the JSON ends too early"
		}
		p := FieldProblem("malformed-body", prefix+string(syntax.JSONPointer), "%s (at byte %d)", detail, syntax.ByteOffset)
		p.Cause = err
		return p
	}
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return &Problem{Code: "malformed-body", Cause: err}
	}
	pointer := prefix + string(semantic.JSONPointer)
	if errors.Is(err, json.ErrUnknownName) {
		return FieldProblem("unknown-field", pointer, "there is no such field")
	}
	return FieldProblem("invalid-field", pointer, "%s", wantedInstead(semantic))
}

// wantedInstead says what should have stood where a value of another kind, or form, stands.
func wantedInstead(e *json.SemanticError) string {
	got := kindName(e.JSONKind)
	if isMoney(e.JSONPointer) && e.JSONKind == '0' {
		return `an amount is a string, such as "10.50", not a JSON number`
	}
	if e.GoType == nil {
		return "it does not have the right form"
	}
	switch t := e.GoType; {
	case t == reflect.TypeFor[api.AssetOrMoney]():
		return `want an asset, such as "EUR", or an object of amount and asset`
	case t == reflect.TypeFor[api.Side]() && e.JSONKind == '"':
		return `want "debit" or "credit"`
	case t.String() == "time.Time":
		if e.JSONKind != '"' {
			return "want an RFC 3339 time in a string, such as \"2026-01-31T00:00:00Z\", not " + got
		}
		return `want an RFC 3339 time, such as "2026-01-31T00:00:00Z"`
	case t.Kind() == reflect.String:
		return "want a string, not " + got
	case t.Kind() == reflect.Bool:
		return "want true or false, not " + got
	case t.Kind() == reflect.Slice:
		return "want an array, not " + got
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Map:
		return "want an object, not " + got
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		if e.JSONKind == '0' {
			return "want a whole number that fits"
		}
		return "want a whole number, not " + got
	default:
		return fmt.Sprintf("%s does not fit here", got)
	}
}

// isMoney reports whether the field's name says that it holds an amount.
func isMoney(pointer jsontext.Pointer) bool {
	name := pointer.LastToken()
	return name == "amount" || strings.HasPrefix(name, "balance")
}

func kindName(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "an array"
	default:
		return "that"
	}
}
