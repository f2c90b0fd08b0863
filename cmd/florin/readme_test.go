package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// block is what stands between two fences of the README.
type block struct{ language, text string }

// blocksOf returns the fenced blocks of a section.
func blocksOf(t *testing.T, path, heading string) (out []block) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## "+heading+"\n")
	require.True(t, found, heading)
	section, _, _ = strings.Cut(section, "\n## ")
	for _, match := range regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$").FindAllStringSubmatch(section, -1) {
		out = append(out, block{match[1], match[2]})
	}
	return out
}

// unnamed puts a sign in the place of what is another in each run.
func unnamed(text string) string {
	for _, r := range []struct{ pattern, sign string }{
		{`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`, "TIME"},
		{`\b(usr|wal|txn|msg)_[0-9a-z]{26}\b`, "${1}_ID"},
		{`\bevt_[0-9A-Z]{26}\b`, "evt_ID"},
		{`\bflorin_rt_[\w-]+`, "REFRESH"},
		{`\b[\w-]{100,}`, "LINK"},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.sign)
	}
	return text
}

// TestREADMEIsTrue pastes the calls of the README, in their order, into a shell beside a new service, and
// holds the answers that it shows against those that come.
func TestREADMEIsTrue(t *testing.T) {
	dir := devFolder(t)
	p := florin(t, dir, "dev")
	p.says("Ctrl-C stops all of it")
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".bin"), 0o755))
	binary := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asFlorin, self)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".bin", "florin"), []byte(binary), 0o755))

	var shell, shown []string
	for _, b := range blocksOf(t, "../../README.md", "The first five minutes") {
		switch {
		case b.language == "sh" && strings.Contains(b.text, ".florin/mail/"):
			// Who reads on has given the letter the time that it takes.
			shell = append(shell, "until ls .florin/mail/*.eml >/dev/null 2>&1; do sleep 0.05; done\n"+b.text)
		case b.language == "sh":
			shell = append(shell, b.text)
		case b.language == "json": // broken into lines where curl shows one, and one answer after another
			for answer := range strings.SplitSeq(strings.TrimSpace(b.text), "\n\n") {
				shown = append(shown, strings.Split(regexp.MustCompile(`\n\s*`).ReplaceAllString(answer, ""), "…")...)
			}
		case len(shell) > 0: // what is no JSON stands line by line, though perhaps with others between
			shown = append(shown, strings.FieldsFunc(b.text, func(r rune) bool { return r == '\n' })...)
		}
	}
	require.Len(t, shell, 6)
	require.Greater(t, len(shown), 12)
	paste := exec.CommandContext(t.Context(), "bash", "-c", "set -euo pipefail\n"+strings.Join(shell, "\n"))
	paste.Dir = dir
	out, err := paste.CombinedOutput()
	require.NoError(t, err, "%s\n%s", out, p.output())
	answers := unnamed(string(out))
	for _, s := range shown {
		require.Contains(t, answers, unnamed(s))
	}
}
