package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
)

// Not parallel, as all that set variables of the environment.
func TestSecretsComeFromFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	t.Setenv("DATABASE_URL_FILE", file("journal", pgtest.Database(t)+"\n"))
	t.Setenv("KEYS_DATABASE_URL_FILE", file("vault", pgtest.Vault(t)))
	code, out, errs := invoke(t, "migrate")
	require.Equal(t, 0, code, errs)
	require.Regexp(t, `schema \d+ of \d+`, out)

	for name, c := range map[string]struct{ env, value, want string }{
		"both":     {"DATABASE_URL", "postgres://florin:needle@127.0.0.1/florin", "DATABASE_URL and DATABASE_URL_FILE are both set"},
		"none":     {"DATABASE_URL_FILE", filepath.Join(dir, "none"), "no such file"},
		"an empty": {"KEYS_DATABASE_URL_FILE", file("empty", " \n"), "KEYS_DATABASE_URL_FILE: " + filepath.Join(dir, "empty") + " is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(c.env, c.value)
			code, _, errs := invoke(t, "migrate")
			require.Equal(t, 2, code)
			require.Contains(t, errs, c.want)
			require.NotContains(t, errs, "needle")
		})
	}

	// What stands on the command line counts.
	t.Setenv("KEYS_DATABASE_URL_FILE", file("vault", "nowhere"))
	code, _, errs = invoke(t, "migrate", "--keys-database-url", pgtest.Vault(t))
	require.Equal(t, 0, code, errs)

	_, out, _ = invoke(t, "serve", "--help")
	for _, env := range []string{"DATABASE_URL", "KEYS_DATABASE_URL", "NATS_URL", "REDIS_URL", "STRIPE_API_KEY"} {
		require.Regexp(t, `\$`+env+`,\s+\$`+env+`_FILE`, out)
	}
}

// TestSecretsAreKnown finds a setting that may carry a secret, by its name, and is not known as one.
func TestSecretsAreKnown(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(new(commands), poolDefaults(), kong.Vars{"version": ""})
	require.NoError(t, err)
	harmless := []string{"FLORIN_URL", "FLORIN_ADMIN_URL", "FLORIN_PUBLIC_URL", "STRIPE_API_URL", // addresses alone
		"FLORIN_TOKEN_KEYS", "FLORIN_MASTER_KEYS", "FLORIN_SECRET_FILE", "SMTP_PASSWORD_FILE", "STRIPE_API_KEY_FILE", "STRIPE_WEBHOOK_SECRET_FILES", "MEMBERSHIP_WEBHOOK_SECRET_FILES"} // files
	found := map[string]bool{}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			for _, env := range f.Envs {
				if regexp.MustCompile(`URL|KEY|SECRET|TOKEN|PASSWORD|DSN|CREDENTIAL`).MatchString(env) && !slices.Contains(harmless, env) {
					found[env] = true
					require.Contains(t, secretEnvs(), env, "%s: a secret, or a harmless one?", f.Name)
				}
			}
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(parser.Model.Node)
	require.Len(t, found, len(secretEnvs()), "secretEnvs names one that is gone")
}
