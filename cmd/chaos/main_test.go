package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		args     []string
		code     int
		out, err string
	}{
		{"the list", []string{"--list"}, 0, "redis              Redis killed, and emptied\n", ""},
		{"the short list", []string{"--list", "--short"}, 0, "writer-frozen", ""},
		{"some by name", []string{"--list", "redis"}, 0, "redis", ""},
		{"none of that name", []string{"--list", "flood"}, 2, "", `chaos: there is no scenario "flood": --list names them`},
		{"no such flag", []string{"--flood"}, 2, "", "chaos: unknown flag --flood"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			assert.Equal(t, c.code, run(t.Context(), c.args, &out, &errs))
			assert.Contains(t, out.String(), c.out)
			assert.Contains(t, errs.String(), c.err)
		})
	}
}
