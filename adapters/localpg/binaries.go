package localpg

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// binaries is a folder with initdb and postgres that the server's user can run.
type binaries struct {
	dir   string
	major int // 15, 16, …
}

// wellKnown lists where packages put server binaries. Debian keeps them out of PATH, as do Red Hat and
// Homebrew's versioned formulas.
func wellKnown() []string {
	return []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/libexec/postgresql*",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/opt/homebrew/opt/postgresql/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		"/usr/local/pgsql/bin",
	}
}

// findBinaries returns the binaries for a cluster: of exactly that major version where wanted > 0 (a
// cluster that exists can be served by no other), else the first on PATH, else the newest elsewhere.
// ErrNoBinaries where there are none.
func findBinaries(ctx context.Context, u serverUser, places []string, wanted int) (binaries, error) {
	var looked []string
	for _, dir := range candidates(places) {
		found, ok := probe(ctx, u, dir)
		if !ok {
			continue
		}
		if found.major == wanted || wanted == 0 && found.major >= minMajor {
			return found, nil
		}
		looked = append(looked, fmt.Sprintf("%s is version %d", dir, found.major))
	}
	need := fmt.Sprintf("version %d or newer is needed", minMajor)
	if wanted > 0 {
		need = fmt.Sprintf("the cluster needs version %d", wanted)
	}
	if looked == nil {
		looked = []string{"looked on PATH and in " + strings.Join(places, ", ")}
	}
	return binaries{}, fmt.Errorf("%w: %s (%s)", ErrNoBinaries, need, strings.Join(looked, "; "))
}

// candidates lists folders that hold both programs: those of PATH in its order, then the others,
// newest version first.
func candidates(places []string) []string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	var known []string
	for _, pattern := range places {
		matches, _ := filepath.Glob(pattern) // fails only for a malformed pattern
		known = append(known, matches...)
	}
	slices.SortStableFunc(known, func(a, b string) int {
		return cmp.Compare(versionInPath(b), versionInPath(a))
	})
	return slices.DeleteFunc(append(dirs, known...), func(dir string) bool {
		return !filepath.IsAbs(dir) || !isFile(filepath.Join(dir, "initdb")) || !isFile(filepath.Join(dir, "postgres"))
	})
}

// versionInPath reads the last number of a path: 15 of /usr/lib/postgresql/15/bin; 0 without one.
func versionInPath(path string) int {
	numbers := regexp.MustCompile(`\d+`).FindAllString(path, -1)
	if numbers == nil {
		return 0
	}
	n, _ := strconv.Atoi(numbers[len(numbers)-1]) // too many digits for a version: last
	return n
}

// probe asks the binary itself for its version, as the user who will run it: one that may not, as
// when it lies in root's home, is no candidate.
func probe(ctx context.Context, u serverUser, dir string) (binaries, bool) {
	output, err := u.command(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return binaries{}, false
	}
	// "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
	match := regexp.MustCompile(`\(PostgreSQL\) (\d+)`).FindSubmatch(output)
	if match == nil {
		return binaries{}, false
	}
	major, err := strconv.Atoi(string(match[1]))
	return binaries{dir: dir, major: major}, err == nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
