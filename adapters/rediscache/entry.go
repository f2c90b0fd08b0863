package rediscache

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// An entry in Redis is "<token>:<position>:<value>": the generation's token (letters and digits; empty for
// a tombstone), the position that the value was read at, and the value as JSON (nothing for a tombstone).

// decode returns the value of an entry of a generation, by its token. ok is false for tombstones, for entries of other
// generations, and for anything else that is not a value.
func decode[T any](text, generation string) (value T, position int64, ok bool) {
	token, rest, _ := strings.Cut(text, ":")
	number, data, _ := strings.Cut(rest, ":")
	position, err := strconv.ParseInt(number, 10, 64)
	if err != nil || token == "" || token != generation {
		return value, 0, false
	}
	if json.Unmarshal([]byte(data), &value) != nil {
		var zero T
		return zero, 0, false
	}
	return value, position, true
}

// encode returns a value's JSON, as fill.lua puts it behind token and position.
func encode[T any](value T) (string, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("rediscache: %w", err)
	}
	if len(data) > maxEntry {
		return "", fmt.Errorf("rediscache: the value has %d bytes, at most %d are kept", len(data), maxEntry)
	}
	return string(data), nil
}
