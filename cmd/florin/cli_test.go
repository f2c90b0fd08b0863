package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/postgres/pgtest"
)

// invoke runs florin in this process.
func invoke(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs printed
	code = run(t.Context(), args, &out, &errs)
	return code, out.text.String(), errs.text.String()
}

// printed takes what is printed by several at once, as a file does.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	code, out, _ := invoke(t, "--help")
	require.Equal(t, 0, code)
	for _, command := range []string{"dev", "serve", "migrate", "token", "keygen", "verify", "export", "shard accept-loss", "vault keygen", "vault rewrap", "vault restored", "vault erase-again", "stripe trigger",
		"projections list", "projections show", "projections rebuild", "projections pause", "projections resume", "projections skip",
		"reactors list", "reactors show", "reactors skip", "deadletters list", "deadletters show", "deadletters requeue", "deadletters discard",
		"journal partitions", "journal sizes", "journal reach", "journal freeze", "journal move"} {
		require.Contains(t, out, "\n  "+command+" ", command)
	}
	code, out, _ = invoke(t, "--version")
	require.Equal(t, 0, code)
	require.Contains(t, out, "florin ")
	require.Contains(t, out, "go1.")
	for _, wrong := range [][]string{{}, {"fly"}, {"serve", "--wings"}, {"token", "--subject", "x"}, {"verify"}} {
		code, _, errs := invoke(t, wrong...)
		require.Equal(t, 2, code, wrong)
		require.Contains(t, errs, "florin: ", wrong)
	}
	for _, port := range []string{"-1", "0", "65534", "99999"} { // others have the ports after it
		code, _, errs := invoke(t, "dev", "--port="+port, "--dir", t.TempDir())
		require.Equal(t, 2, code, port)
		require.Contains(t, errs, "--port: want 1 to 65533", port)
	}
}

func TestTokensAreMintedByTheNewestKey(t *testing.T) {
	t.Parallel()
	keys := filepath.Join(t.TempDir(), "keys")
	for _, name := range []string{"1.pem", "2.pem"} {
		code, _, errs := invoke(t, "keygen", filepath.Join(keys, name))
		require.Equal(t, 0, code, errs)
	}
	code, _, errs := invoke(t, "keygen", filepath.Join(keys, "1.pem"))
	require.Equal(t, 1, code, "a key is never overwritten")
	require.Contains(t, errs, "file exists")
	info, err := os.Stat(filepath.Join(keys, "1.pem"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	code, out, errs := invoke(t, "token", "--token-keys", keys, "--subject", "svc_billing", "--roles", "service,finance", "--ttl", "5m")
	require.Equal(t, 0, code, errs)
	newest, err := authn.LoadKeys(filepath.Join(keys, "2.pem"))
	require.NoError(t, err)
	verifier, err := authn.NewVerifier(newest, authn.VerifierConfig{})
	require.NoError(t, err)
	p, err := verifier.Verify(strings.TrimSpace(out))
	require.NoError(t, err)
	require.Equal(t, authn.Principal{Subject: "svc_billing", Roles: []string{"finance", "service"}}, p)

	code, _, errs = invoke(t, "token", "--token-keys", keys, "--subject", "svc_billing", "--roles", "king")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "king")
}

func TestServeRefusesASchemaThatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	serve := []string{"serve", "--database-url", s.settings.DatabaseURL, "--nats-url", s.nats.URL(),
		"--token-keys", s.settings.TokenKeys, "--secret-file", s.settings.SecretFile,
		"--keys-database-url", s.settings.KeysDatabaseURL, "--master-keys", s.settings.MasterKeys, "--listen", "127.0.0.1:0", "--admin-listen", ""}
	super, err := pgx.Connect(t.Context(), pgtest.Super(t, s.settings.DatabaseURL))
	require.NoError(t, err)
	defer super.Close(t.Context())
	_, err = super.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)
	require.NoError(t, err)
	code, _, errs := invoke(t, serve...)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "it is too old for this database")
	code, _, errs = invoke(t, "migrate", "--database-url", s.settings.DatabaseURL, "--keys-database-url", s.settings.KeysDatabaseURL)
	require.Equal(t, 1, code, errs)
	require.Contains(t, errs, "newer than this program")

	_, err = super.Exec(t.Context(), `DELETE FROM goose_db_version WHERE version_id >= (SELECT max(version_id) FROM goose_db_version WHERE version_id < 99999)`)
	require.NoError(t, err)
	code, _, errs = invoke(t, serve...)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "run florin migrate")
}

func TestSecretsAreChecked(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	require.NoError(t, os.WriteFile(s.settings.SecretFile, []byte("short"), 0o600))
	_, err := s.settings.readSecret()
	require.ErrorContains(t, err, "at least 32")
	require.NoError(t, os.WriteFile(s.settings.StripeSecretFiles[0], []byte("sk_live_oops"), 0o600))
	_, err = s.settings.stripeSecrets()
	require.ErrorContains(t, err, "whsec_")
	require.NotContains(t, err.Error(), "oops")
}
