package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/adapters/rediscache/redistest"
)

// environ sets variables for a test, and takes away those that this machine has.
func environ(t *testing.T, env map[string]string) {
	t.Helper()
	for _, known := range knownEnvs() {
		if value, ok := os.LookupEnv(known); ok {
			t.Setenv(known, value) // which has it back at the end
			require.NoError(t, os.Unsetenv(known))
		}
	}
	for k, v := range env {
		t.Setenv(k, v)
	}
}

// soundEnv is the environment of an instance with all roles.
func soundEnv(s *service) map[string]string {
	return map[string]string{
		"DATABASE_URL": s.settings.DatabaseURL, "KEYS_DATABASE_URL": s.settings.KeysDatabaseURL, "NATS_URL": s.nats.URL(),
		"FLORIN_MASTER_KEYS": s.settings.MasterKeys, "FLORIN_TOKEN_KEYS": s.settings.TokenKeys, "FLORIN_SECRET_FILE": s.settings.SecretFile,
		"FLORIN_MAIL_FOLDER": s.settings.MailFolder, "FLORIN_MAIL_FROM": s.settings.MailFrom,
	}
}

// checked runs florin config check and returns what it found.
func checked(t *testing.T, args ...string) (code int, found findings) {
	t.Helper()
	code, out, errs := invoke(t, append([]string{"config", "check", "--json"}, args...)...)
	var report struct {
		OK       bool
		Findings findings
	}
	require.NoError(t, json.Unmarshal([]byte(out), &report), "%s%s", out, errs)
	require.Equal(t, code == 0, report.OK)
	return code, report.Findings
}

func (f findings) about(setting string) string {
	var out []string
	for _, x := range f {
		if x.Setting == setting {
			out = append(out, string(x.Severity)+": "+x.Detail)
		}
	}
	return strings.Join(out, "\n")
}

// Not parallel, as all that set variables of the environment.
func TestConfigCheckFindsEverythingAtOnce(t *testing.T) {
	s := prepareService(t)
	sound := soundEnv(s)
	sound["DATABASE_URL"] += "&options=-c%20synchronous_commit%3Don" // as the servers of tests do not have it
	environ(t, sound)
	code, found := checked(t, "--connect")
	require.Equal(t, 0, code, "%v", found)
	require.Contains(t, found.about("DATABASE_URL"), "warning: no standby confirms commits")
	require.Contains(t, found.about("DATABASE_URL"), "warning: Postgres does not archive its log")
	require.Contains(t, found.about("KEYS_DATABASE_URL"), "warning: Postgres does not archive its log")
	require.Contains(t, found.about("REDIS_URL"), "warning: without Redis")
	code, out, _ := invoke(t, "config", "check")
	require.Equal(t, 0, code)
	require.Equal(t, "warning  REDIS_URL: without Redis each instance counts rates for itself, and nothing is cached\n", out)

	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		require.NoError(t, os.Chmod(path, mode))
		return path
	}
	for _, env := range []string{"NATS_URL", "FLORIN_MAIL_FROM"} { // missing
		require.NoError(t, os.Unsetenv(env))
	}
	broken := map[string][2]string{
		"DATABASE_URL": {"mysql:/needle", "postgres://user"}, "KEYS_DATABASE_URL": {"postgres://u:needle@h:x/f", "postgres://user"},
		"REDIS_URL": {"needle", "redis://:password@host"}, "FLORIN_STREAM_REPLICAS": {"2", "1, 3 or 5"}, "FLORIN_LISTEN": {"8080", "want address:port"},
		"FLORIN_ADMIN_LISTEN": {"127.0.0.1:high", "is no port"}, "FLORIN_DRAIN_DELAY": {"2h", "want 0s to 1m"}, "FLORIN_READ_CONNECTIONS": {"0", ""},
		"FLORIN_WORK_CONNECTIONS": {"3", "want 12 to 500, not 3"}, "FLORIN_REACTOR_CONNECTIONS": {"many", `"many" does not do`}, "FLORIN_LOG_LEVEL": {"loud", "want one of debug"},
		"FLORIN_MASTER_KEYS": {filepath.Join(dir, "none"), "no such file"}, "FLORIN_TOKEN_KEYS": {file("1.pem", "no key", 0o600), ""},
		"FLORIN_SECRET_FILE": {file("short", "short", 0o666), "others may change"}, "FLORIN_TRUSTED_PROXIES": {"nginx", "neither an address nor"},
		"STRIPE_WEBHOOK_SECRET_FILES": {file("hook", "sk_live_x", 0o644), "begins with whsec_"}, "STRIPE_API_KEY": {"pk_test_needle", ""},
		"STRIPE_POLL_INTERVAL": {"-1s", "more than 0s"}, "STRIPE_API_URL": {"stripe", "want an address"}, "FLORIN_PUBLIC_URL": {"florin.example.com", "want an address"},
		"OTEL_EXPORTER_OTLP_ENDPOINT": {"jaeger:4318", "is no address of an OTLP collector"}, "OTEL_TRACES_SAMPLER_ARG": {"7", "from 0 to 1"},
		"FLORIN_TRUSTED_PROXYS": {"10.0.0.1", "do you mean FLORIN_TRUSTED_PROXIES?"},
	}
	for env, x := range broken {
		t.Setenv(env, x[0])
	}
	delete(broken, "FLORIN_READ_CONNECTIONS") // 0 is the default
	broken["STRIPE_API_KEY_FILE"] = [2]string{"", "begins with sk_"}
	delete(broken, "STRIPE_API_KEY")
	broken["NATS_URL"] = [2]string{"", "it is required: NATS servers, comma-separated. Or name a file with it in NATS_URL_FILE."}
	broken["FLORIN_MAIL_FROM"] = [2]string{"", "whom are they from?"}
	code, found = checked(t, "--connect")
	require.Equal(t, 1, code)
	for env, x := range broken {
		require.Contains(t, found.about(env), "error: ", env)
		require.Contains(t, found.about(env), x[1], env)
	}
	for _, f := range found {
		require.NotContains(t, f.Detail, "needle", f.Setting)
		require.Contains(t, slices.Collect(maps.Keys(broken)), f.Setting, "%v", f)
	}
	require.Contains(t, found.about("STRIPE_WEBHOOK_SECRET_FILES"), "warning: others may read")
	_, out, _ = invoke(t, "config", "check")
	require.Greater(t, strings.Index(out, "\nwarning "), strings.LastIndex(out, "\nerror "), "errors come first")
	code, _, errs := invoke(t, "serve")
	require.NotEqual(t, 0, code, "and it does not run: %s", errs)
}

func TestConfigCheckKnowsOneDatabaseFromTwo(t *testing.T) {
	s := prepareService(t)
	env := soundEnv(s)
	env["KEYS_DATABASE_URL"] = env["DATABASE_URL"]
	env["FLORIN_WORK_CONNECTIONS"] = "400"
	environ(t, env)
	code, found := checked(t)
	require.Equal(t, 1, code)
	require.Contains(t, found.about("KEYS_DATABASE_URL"), "it is the journal's database")
	_, found = checked(t, "--connect")
	wide := poolSettings{WorkConnections: 400}
	require.Contains(t, found.about("DATABASE_URL"), fmt.Sprintf("may open %d connections", wide.connections(allRoles())))
	require.Contains(t, found.about("KEYS_DATABASE_URL"), "error: ", "the vault's tables are not there")
}

// An empty database that was made as Postgres makes them where no locale is set.
func TestConfigCheckKnowsAnEncoding(t *testing.T) {
	s := prepareService(t)
	conn, err := pgx.Connect(t.Context(), pgtest.Super(t, s.settings.DatabaseURL))
	require.NoError(t, err)
	name := "ascii_" + strings.ToLower(rand.Text())
	_, err = conn.Exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := conn.Exec(context.WithoutCancel(t.Context()), "DROP DATABASE "+name)
		require.NoError(t, errors.Join(err, conn.Close(context.WithoutCancel(t.Context()))))
	})
	env := soundEnv(s)
	address, err := url.Parse(s.settings.DatabaseURL)
	require.NoError(t, err)
	address.Path = "/" + name
	env["DATABASE_URL"] = address.String()
	environ(t, env)
	_, found := checked(t, "--connect")
	require.Contains(t, found.about("DATABASE_URL"), "error: the database's encoding is SQL_ASCII")
	require.Contains(t, found.about("DATABASE_URL"), "florin migrate")
}

func TestConfigCheckAsksRedisWhatItGivesUp(t *testing.T) {
	s, server := prepareService(t), redistest.Start(t)
	env := soundEnv(s)
	env["REDIS_URL"] = server.URL()
	environ(t, env)
	options, err := redis.ParseURL(server.URL())
	require.NoError(t, err)
	client := redis.NewClient(options)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	for _, c := range []struct{ memory, policy, want string }{
		{"0", "noeviction", ""}, {"64mb", "volatile-ttl", ""}, {"64mb", "allkeys-lru", "warning: when it is full it gives up what it should keep"},
	} {
		require.NoError(t, client.ConfigSet(t.Context(), "maxmemory", c.memory).Err())
		require.NoError(t, client.ConfigSet(t.Context(), "maxmemory-policy", c.policy).Err())
		_, found := checked(t, "--connect")
		if c.want == "" {
			require.Empty(t, found.about("REDIS_URL"), c.policy)
		} else {
			require.Contains(t, found.about("REDIS_URL"), c.want)
		}
	}
}

// TestSecretsAreNotShown gives every secret a needle, in a form that is right and in one that is not, and looks for it in
// everything that is printed.
func TestSecretsAreNotShown(t *testing.T) {
	forms := map[string][]string{
		"DATABASE_URL":   {"postgres://florin:needle@127.0.0.1:1/florin", "postgres://florin:needle@127.0.0.1:port/florin", "needle", "host=127.0.0.1 port=1 password=needle"},
		"NATS_URL":       {"nats://florin:needle@127.0.0.1:1", "nats://florin:needle@:x:y", "needle:::", "nats://needle@127.0.0.1:1"},
		"REDIS_URL":      {"redis://:needle@127.0.0.1:1/0", "redis://:needle@127.0.0.1:port/0", "needle"},
		"STRIPE_API_KEY": {"sk_test_needle", "sk_live_needle", "needle"}, "STRIPE_WEBHOOK_SECRET": {"whsec_needle"}, "FLORIN_TOKEN": {"needle"},
	}
	for _, same := range []string{"KEYS_DATABASE_URL", "FLORIN_DEV_DATABASE_URL", "FLORIN_DEV_KEYS_DATABASE_URL"} {
		forms[same] = forms["DATABASE_URL"]
	}
	s := prepareService(t)
	sound := soundEnv(s)
	sound["STRIPE_WEBHOOK_SECRET_FILES"], sound["STRIPE_API_URL"] = s.settings.StripeSecretFiles[0], "http://127.0.0.1:1"
	for _, env := range secretEnvs() {
		require.NotEmpty(t, forms[env], env)
		for _, value := range forms[env] {
			t.Run(env+" "+strings.Map(func(r rune) rune {
				if r == '/' {
					return '_'
				}
				return r
			}, value), func(t *testing.T) {
				environ(t, sound)
				t.Setenv(env, value)
				runs := [][]string{{"config", "check", "--connect", "--json"}, {"config", "check"}, {"config", "show"}, {"config", "show", "--json"},
					{"serve", "--help"}, {"migrate", "--help"}}
				if env != "STRIPE_API_KEY" && env != "STRIPE_WEBHOOK_SECRET" && env != "FLORIN_TOKEN" && !strings.HasPrefix(env, "FLORIN_DEV") && env != "NATS_URL" && env != "REDIS_URL" {
					runs = append(runs, []string{"serve"}, []string{"migrate"}, []string{"verify"}, []string{"vault", "rewrap"})
				}
				if strings.HasPrefix(env, "FLORIN_") || env == "STRIPE_WEBHOOK_SECRET" {
					runs = runs[1:] // florin serve knows nothing of it
				}
				for _, args := range runs {
					_, out, errs := invoke(t, args...)
					require.NotContains(t, out+errs, "needle", args)
				}
			})
		}
	}
	environ(t, sound)
	_, out, _ := invoke(t, "config", "show")
	require.Regexp(t, `DATABASE_URL +\[redacted\] +environment`, out)
	require.Regexp(t, `FLORIN_LISTEN +127\.0\.0\.1:8080 +default`, out)
	require.Regexp(t, `REDIS_URL +unset`, out)
}
