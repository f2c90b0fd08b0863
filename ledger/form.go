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

// form collects what is wrong with the form of a command, up to MaxFieldErrors.
type form struct {
	prefix string
	errors []FieldError
}

func (f *form) addf(pointer, detail string, args ...any) {
	if len(f.errors) < MaxFieldErrors {
		f.errors = append(f.errors, FieldError{f.prefix + pointer, fmt.Sprintf(detail, args...)})
	}
}

func (f *form) check(pointer string, err error) {
	if err != nil {
		f.addf(pointer, "%s", err.Error())
	}
}

// text checks free text: at most limit bytes of UTF-8 without U+0000, which no database keeps.
func (f *form) text(pointer, text string, limit int) {
	switch {
	case len(text) > limit:
		f.addf(pointer, "want at most %d bytes", limit)
	case strings.IndexByte(text, 0) >= 0:
		f.addf(pointer, "the character U+0000 cannot be kept")
	case !utf8.ValidString(text):
		f.addf(pointer, "want UTF-8")
	}
}

func (f *form) metadata(m map[string]string) {
	if len(m) == 0 {
		return
	}
	if len(m) > MaxMetadata {
		f.addf("/metadata", "want at most %d keys", MaxMetadata)
		return
	}
	// Sorted, so that the same metadata always gives the same first error.
	for _, key := range slices.Sorted(maps.Keys(m)) {
		before := len(f.errors)
		if key == "" {
			f.addf("/metadata", "want keys that are not empty")
		}
		f.text("/metadata", key, MaxMetadataKey)
		if len(f.errors) == before {
			f.text("/metadata/"+escapePointer(key), m[key], MaxMetadataValue)
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

// malformed turns the first error of form into a refusal. The edge has looked at the form before;
// the decider looks again, because commands reach it by other ways too.
func malformed(errs []FieldError) error {
	if len(errs) == 0 {
		return nil
	}
	return ErrInvalidField.At(errs[0].Pointer).Because("%s", errs[0].Detail)
}
