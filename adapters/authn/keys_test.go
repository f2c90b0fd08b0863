package authn

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := GenerateKey()
	require.NoError(t, err)
	second, err := GenerateKey()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "2026-01.pem"), first, 0o600))
	before, err := LoadKeys(dir)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "2026-02.pem"), second, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "README"), []byte("not a key"), 0o600))
	both, err := LoadKeys(dir)
	require.NoError(t, err)
	after, err := LoadKeys(filepath.Join(dir, "2026-02.pem"))
	require.NoError(t, err)

	c := newClock()
	oldMinter, oldVerifier := newPair(t, before, c)
	newMinter, bothVerifier := newPair(t, both, c)
	_, afterVerifier := newPair(t, after, c)
	claims := Claims{Subject: "usr_1", Roles: []string{RoleUser}, TTL: time.Hour}
	oldToken, err := oldMinter.Mint(claims)
	require.NoError(t, err)
	newToken, err := newMinter.Mint(claims)
	require.NoError(t, err)

	for name, tt := range map[string]struct {
		verifier *Verifier
		token    string
		ok       bool
	}{
		"old token, both keys":   {bothVerifier, oldToken, true},
		"new token, both keys":   {bothVerifier, newToken, true},
		"old token, key retired": {afterVerifier, oldToken, false},
		"new token, old key":     {oldVerifier, newToken, false}, // so the newest key signed
		"new token, new key":     {afterVerifier, newToken, true},
	} {
		_, err := tt.verifier.Verify(tt.token)
		assert.Equal(t, tt.ok, err == nil, name)
	}
}

func TestJWKSVerifiesElsewhere(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, 2)
	var doc struct {
		Keys []map[string]string `json:"keys"`
	}
	require.NoError(t, json.Unmarshal(keys.JWKS(), &doc))
	require.Len(t, doc.Keys, 2)
	newest := doc.Keys[1]
	assert.Equal(t, map[string]string{
		"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": keys.signer.id,
		"x": base64.RawURLEncoding.EncodeToString(keys.signer.public),
	}, newest)
	assert.NotContains(t, string(keys.JWKS()), `"d"`, "the private part must not be there")
}

func TestPublicKeysOnlyVerify(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, 1)
	c := newClock()
	minter, _ := newPair(t, keys, c)
	der, err := x509.MarshalPKIXPublicKey(keys.signer.public)
	require.NoError(t, err)
	public, err := ParseKeys(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	require.NoError(t, err)

	_, err = NewMinter(public, MinterConfig{})
	require.ErrorIs(t, err, ErrNoSigningKey)
	verifier, err := NewVerifier(public, VerifierConfig{Now: c.now})
	require.NoError(t, err)
	token, err := minter.Mint(Claims{Subject: "usr_1", Roles: []string{RoleUser}, TTL: time.Hour})
	require.NoError(t, err)
	_, err = verifier.Verify(token)
	require.NoError(t, err)
}

func TestParseKeysRefuses(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ecDER, err := x509.MarshalPKCS8PrivateKey(ec)
	require.NoError(t, err)
	good, err := GenerateKey()
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"nothing":       nil,
		"another curve": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: ecDER}),
		"another block": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ecDER}),
		"broken":        pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}),
		"text after it": append(good, "-----BEGIN PRIV"...),
	} {
		_, err := ParseKeys(data)
		require.Error(t, err, name)
	}
	_, err = LoadKeys(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = LoadKeys(t.TempDir())
	require.Error(t, err)
}
