package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// redacted stands for every secret.
const redacted = "[redacted]"

// reading is a setting as it was read.
type reading struct {
	// Setting is its variable.
	Setting string `json:"setting"`
	// Value is as it was written; redacted for a secret, empty for none.
	Value string `json:"value"`
	// From is environment, file, default or unset.
	From string `json:"from"`
}

// readServe reads the settings of florin serve from the environment, each for itself, so that all that is wrong is found
// at once; kong would stop at the first.
func readServe() (serve serveCommand, read []reading, found findings) {
	parser, err := kong.New(&serve, poolDefaults(), kong.Exit(func(int) {}))
	if err != nil {
		found.fails("florin", err)
		return serve, nil, found
	}
	for _, flag := range parser.Model.Flags {
		if len(flag.Envs) == 0 {
			continue // --help
		}
		r := reading{Setting: flag.Envs[0]}
		raw, from, err := rawSetting(flag)
		found.fails(r.Setting, err)
		r.From = from
		switch {
		case from == "unset" && flag.Required && err == nil:
			need := "it is required: " + flag.Help
			if files := fileEnvs(flag.Value); len(files) > 0 {
				need += " Or name a file with it in " + files[0] + "."
			}
			found.add(broken, r.Setting, "%s", need)
		case from != "unset":
			if r.Value = raw; isSecret(flag.Value) && raw != "" {
				r.Value = redacted
			}
			found.fails(r.Setting, parseSetting(flag, raw, r.Value))
		}
		read = append(read, r)
	}
	for _, name := range misspelt() {
		found.add(broken, name.env, "Florin knows no such setting%s", name.hint)
	}
	return serve, read, found
}

// rawSetting is what was written, and where.
func rawSetting(flag *kong.Flag) (raw, from string, err error) {
	if value, ok, err := secretFromFile(flag.Value); err != nil || ok {
		return value, map[bool]string{true: "file", false: "unset"}[ok], err
	}
	for _, env := range flag.Envs {
		if value, ok := os.LookupEnv(env); ok {
			return value, "environment", nil
		}
	}
	if flag.HasDefault {
		return flag.Default, "default", nil
	}
	return "", "unset", nil
}

// parseSetting sets the field.
func parseSetting(flag *kong.Flag, raw, shown string) error {
	if flag.Enum != "" && !slices.Contains(flag.EnumSlice(), raw) {
		return fmt.Errorf("want one of %s, not %q", strings.Join(flag.EnumSlice(), ", "), shown)
	}
	if err := flag.Parse(kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: raw}), flag.Target); err != nil {
		return fmt.Errorf("%q does not do: %w", shown, err)
	}
	return nil
}

// isSecret reports whether nobody is to read the value of a flag.
func isSecret(v *kong.Value) bool {
	return slices.ContainsFunc(v.Tag.Envs, func(env string) bool { return slices.Contains(secretEnvs(), env) })
}

// misspelling is a variable that looks like one of Florin's.
type misspelling struct{ env, hint string }

// misspelt finds variables that begin as Florin's do and are none: a setting that was misspelt is as good as not set.
func misspelt() (out []misspelling) {
	known := knownEnvs()
	for _, entry := range os.Environ() {
		env, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(env, "FLORIN_") || strings.HasPrefix(env, "FLORIN_TEST_") || slices.Contains(known, env) {
			continue
		}
		m := misspelling{env: env}
		best := 4 // more letters apart, and it is another word
		for _, k := range known {
			if d := distance(env, k); d < best {
				best, m.hint = d, ": do you mean "+k+"?"
			}
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b misspelling) int { return strings.Compare(a.env, b.env) })
	return out
}

// knownEnvs are the variables of all commands.
func knownEnvs() (out []string) {
	parser, err := kong.New(new(commands), poolDefaults(), kong.Vars{"version": ""})
	if err != nil {
		return nil
	}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			out = append(append(out, f.Envs...), fileEnvs(f.Value)...)
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(parser.Model.Node)
	return out
}

// distance is how many letters have to be put in, taken out or changed to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
