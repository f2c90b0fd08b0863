package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// configCommand looks at settings.
type configCommand struct {
	Check configCheckCommand `cmd:"" help:"Report every problem of the environment's settings at once."`
	Show  configShowCommand  `cmd:"" help:"Show what the environment sets, without secrets."`
}

// severity is how bad a finding is.
type severity string

const (
	// broken is what florin serve refuses, or what does harm.
	broken severity = "error"
	// doubtful is what is better otherwise in production.
	doubtful severity = "warning"
)

// finding is something that is wrong with a setting.
type finding struct {
	// Setting is the variable that it is about.
	Setting  string   `json:"setting"`
	Severity severity `json:"severity"`
	// Detail never has the value of a secret.
	Detail string `json:"detail"`
}

// findings are what a check has found.
type findings []finding

func (f *findings) add(s severity, setting, format string, args ...any) {
	*f = append(*f, finding{setting, s, withoutSecrets(fmt.Sprintf(format, args...))})
}

// fails adds what an error says, if there is one.
func (f *findings) fails(setting string, err error) {
	if err != nil {
		f.add(broken, setting, "%v", err)
	}
}

func (f findings) broken() bool {
	return slices.ContainsFunc(f, func(x finding) bool { return x.Severity == broken })
}

// configCheckCommand checks the settings of florin serve, which it reads from the environment as that does.
type configCheckCommand struct {
	Connect bool `help:"Ask everything that is named whether it is there and as it has to be; nothing is changed."`
	JSON    bool `help:"Print {\"ok\": …, \"findings\": […]} instead of lines."`
}

// Run prints what it finds. Its exit code is 1 where florin serve would not run, or not safely.
func (c *configCheckCommand) Run(ctx context.Context, con console) error {
	serve, _, found := readServe()
	if rs, err := parseRoles(serve.Roles); err == nil {
		serve.check(rs, &found)
		if c.Connect {
			serve.connect(ctx, rs, &found)
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(a.Severity, b.Severity) })
	if err := c.print(con.Out, found); err != nil {
		return err
	}
	if found.broken() {
		return errFound
	}
	return nil
}

func (c *configCheckCommand) print(w io.Writer, found findings) error {
	if c.JSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(struct {
			OK       bool     `json:"ok"`
			Findings findings `json:"findings"`
		}{!found.broken(), slices.Concat(findings{}, found)})
	}
	if len(found) == 0 {
		_, err := fmt.Fprintln(w, "nothing is wrong with the settings")
		return err
	}
	for _, f := range found {
		if _, err := fmt.Fprintf(w, "%-8s %s: %s\n", f.Severity, f.Setting, strings.ReplaceAll(f.Detail, "\n", "; ")); err != nil {
			return err
		}
	}
	return nil
}

// configShowCommand shows what the settings of florin serve are, and where they come from.
type configShowCommand struct {
	JSON bool `help:"Print a JSON array instead of a table."`
}

// Run prints all settings, in the order of florin serve --help.
func (c *configShowCommand) Run(con console) error {
	_, read, _ := readServe()
	if c.JSON {
		return json.NewEncoder(con.Out).Encode(read)
	}
	table := tabwriter.NewWriter(con.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tFROM")
	for _, r := range read {
		fmt.Fprintf(table, "%s\t%s\t%s\n", r.Setting, r.Value, r.From)
	}
	return table.Flush()
}
