package ledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// FieldError says what is wrong with one field of a command.
type FieldError struct {
	// Pointer is a JSON pointer (RFC 6901) into the body of the command's route, which is the
	// command without what its path says (ledger, address, id). Empty: the body as a whole.
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Form collects what is wrong with the form of a command, up to MaxFieldErrors. Every core uses it,
// so that text and metadata are held to one measure. The zero value is ready.
type Form struct {
	prefix string
	errors []FieldError
}

// Errors are what was found wrong, in the order in which it was looked at.
func (f *Form) Errors() []FieldError { return f.errors }

// Addf notes what is wrong with the field at pointer.
func (f *Form) Addf(pointer, detail string, args ...any) {
	if len(f.errors) < MaxFieldErrors {
		f.errors = append(f.errors, FieldError{f.prefix + pointer, fmt.Sprintf(detail, args...)})
	}
}

// Check notes err, if there is one.
func (f *Form) Check(pointer string, err error) {
	if err != nil {
		f.Addf(pointer, "%s", err.Error())
	}
}

// Text checks free text: at most limit bytes of UTF-8 without U+0000, which no database keeps.
func (f *Form) Text(pointer, text string, limit int) {
	switch {
	case len(text) > limit:
		f.Addf(pointer, "want at most %d bytes", limit)
	case strings.IndexByte(text, 0) >= 0:
		f.Addf(pointer, "the character U+0000 cannot be kept")
	case !utf8.ValidString(text):
		f.Addf(pointer, "want UTF-8")
	}
}

// Metadata checks metadata: how many keys, and each key and value as text.
func (f *Form) Metadata(m map[string]string) {
	if len(m) == 0 {
		return
	}
	if len(m) > MaxMetadata {
		f.Addf("/metadata", "want at most %d keys", MaxMetadata)
		return
	}
	// Sorted, so that the same metadata always gives the same first error.
	for _, key := range slices.Sorted(maps.Keys(m)) {
		before := len(f.errors)
		if key == "" {
			f.Addf("/metadata", "want keys that are not empty")
		}
		f.Text("/metadata", key, MaxMetadataKey)
		if len(f.errors) == before {
			f.Text("/metadata/"+escapePointer(key), m[key], MaxMetadataValue)
		}
	}
}

// escapePointer writes a key as a part of a JSON pointer.
func escapePointer(key string) string {
	if !strings.ContainsAny(key, "~/") { // as nearly all are; this runs for every key of every request
		return key
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// Malformed turns the first error of form into a refusal, [ErrInvalidField]; nil when there is none. The edge has looked at the form before;
// the decider looks again, because commands reach it by other ways too.
func Malformed(errs []FieldError) error {
	if len(errs) == 0 {
		return nil
	}
	return ErrInvalidField.At(errs[0].Pointer).Because("%s", errs[0].Detail)
}
