package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// summary is a row in a line.
func (r row) summary() string {
	if r.notPlayed != "" {
		return "not played: " + r.notPlayed
	}
	return fmt.Sprintf("%d acknowledged, %d refused, %d open (%d of them done), %d reads; %d lost, %d doubled; no write answered for %s, no read for %s; %s in all",
		r.acknowledged, r.refused, r.open, r.happened, r.reads, r.lost, r.doubled, short(r.noWrites), short(r.noReads), short(r.took))
}

// printReport prints the table of docs/reliability.md, and what was found.
func printReport(w io.Writer, rows []row) {
	fmt.Fprintln(w, "| scenario | fault | acknowledged | refused | open, of them done | reads | lost | doubled | without an answer: writes, reads | what clients saw |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, r := range rows {
		if r.notPlayed != "" {
			fmt.Fprintf(w, "| `%s` | %s | not played: %s | | | | | | | |\n", r.scenario.name, r.scenario.what, r.notPlayed)
			continue
		}
		lost := fmt.Sprint(r.lost)
		if r.givenUp > 0 {
			lost += fmt.Sprintf(" (and %d accepted)", r.givenUp)
		}
		seen := strings.Join(r.seen, ", ")
		if seen == "" {
			seen = "nothing"
		}
		fmt.Fprintf(w, "| `%s` | %s | %d | %d | %d, %d | %d | %s | %d | %s, %s | %s |\n", r.scenario.name, r.scenario.what,
			r.acknowledged, r.refused, r.open, r.happened, r.reads, lost, r.doubled, short(r.noWrites), short(r.noReads), seen)
	}
	for _, r := range rows {
		for i, finding := range r.findings {
			if i == maxFindings {
				fmt.Fprintf(w, "%s: and %d findings more\n", r.scenario.name, len(r.findings)-maxFindings)
				break
			}
			fmt.Fprintf(w, "%s: %s\n", r.scenario.name, finding)
		}
	}
}

// short is a time in seconds, as exact as somebody cares for.
func short(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
