package journal

import (
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// Marshal writes what a command, an event or a row of state says as JSON: in its own way, if it has a
// method AppendJSON(buf []byte) []byte, or as encoding/json does.
func Marshal(v any) ([]byte, error) {
	if own, ok := v.(interface{ AppendJSON(buf []byte) []byte }); ok {
		return own.AppendJSON(make([]byte, 0, 128)), nil
	}
	return json.Marshal(v)
}

// AppendText appends s as a JSON string, as encoding/json writes it. Plain text, as nearly all is, is
// copied.
func AppendText(buf []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == '<', c == '>', c == '&', c >= utf8.RuneSelf:
			quoted, _ := json.Marshal(s) // a string always marshals
			return append(buf, quoted...)
		}
	}
	buf = append(buf, '"')
	buf = append(buf, s...)
	return append(buf, '"')
}

// AppendTexts appends m as a JSON object, as encoding/json writes it: sorted by key.
func AppendTexts(buf []byte, m map[string]string) []byte {
	var room [8]string
	keys := room[:0]
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	buf = append(buf, '{')
	for i, key := range keys {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(AppendText(buf, key), ':')
		buf = AppendText(buf, m[key])
	}
	return append(buf, '}')
}
