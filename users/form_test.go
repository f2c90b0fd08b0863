package users_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

func with[C any](c C, change func(*C)) C {
	change(&c)
	return c
}

func TestForms(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, users.Register)
	b.Given(member(eve, "e")...)
	long := seal.Text(strings.Repeat("x", 1025))
	register := registering(ann, "a")
	change := users.ChangeUser{UserID: eve, EmailToken: "e2", Email: sealed("e2"), Name: sealed("Eve"), Credential: sealed("hash"), Roles: []string{"user"}, ByAdmin: true}
	reset := users.ResetPassword{UserID: eve, SessionVersion: 1, EmailToken: "e", Credential: sealed("hash")}
	rehash := users.Rehash{UserID: eve, SessionVersion: 1, Credential: sealed("hash")}
	create := users.CreateAPIKey{Name: "shop", Roles: []string{"service"}, Digest: digest("a")}
	type command interface{ Validate() []ledger.FieldError }
	for name, c := range map[string]struct {
		body    command
		pointer string
	}{
		"no id":                     {with(register, func(c *users.RegisterUser) { c.UserID = "" }), "/user_id"},
		"a key's id":                {with(register, func(c *users.RegisterUser) { c.UserID = key }), "/user_id"},
		"no token":                  {with(register, func(c *users.RegisterUser) { c.EmailToken = "" }), "/email_token"},
		"a long token":              {with(register, func(c *users.RegisterUser) { c.EmailToken = strings.Repeat("t", 65) }), "/email_token"},
		"a token with U+0000":       {with(register, func(c *users.RegisterUser) { c.EmailToken = "t\x00" }), "/email_token"},
		"a token of two words":      {with(register, func(c *users.RegisterUser) { c.EmailToken = "t t" }), "/email_token"},
		"no email":                  {with(register, func(c *users.RegisterUser) { c.Email = nil }), "/email"},
		"a long email":              {with(register, func(c *users.RegisterUser) { c.Email = long }), "/email"},
		"a long name":               {with(register, func(c *users.RegisterUser) { c.Name = long }), "/display_name"},
		"no credential":             {with(register, func(c *users.RegisterUser) { c.Credential = nil }), "/credential"},
		"a token without an email":  {with(change, func(c *users.ChangeUser) { c.Email = nil }), "/email"},
		"an email without a token":  {with(change, func(c *users.ChangeUser) { c.EmailToken = "" }), "/email_token"},
		"a name and none":           {with(change, func(c *users.ChangeUser) { c.NoName = true }), "/display_name"},
		"a long new name":           {with(change, func(c *users.ChangeUser) { c.Name = long }), "/display_name"},
		"a long new credential":     {with(change, func(c *users.ChangeUser) { c.Credential = long }), "/credential"},
		"a role that there is not":  {with(change, func(c *users.ChangeUser) { c.Roles = []string{"user", "root"} }), "/roles"},
		"a reset to nothing":        {with(reset, func(c *users.ResetPassword) { c.Credential = nil }), "/credential"},
		"a rehash to nothing":       {with(rehash, func(c *users.Rehash) { c.Credential = nil }), "/credential"},
		"a key without a name":      {with(create, func(c *users.CreateAPIKey) { c.Name = " " }), "/name"},
		"a key with a long name":    {with(create, func(c *users.CreateAPIKey) { c.Name = strings.Repeat("n", 201) }), "/name"},
		"a key without a role":      {with(create, func(c *users.CreateAPIKey) { c.Roles = nil }), "/roles"},
		"a key with a short digest": {with(create, func(c *users.CreateAPIKey) { c.Digest = c.Digest[1:] }), "/digest"},
		"a key with no hexadecimal": {with(create, func(c *users.CreateAPIKey) { c.Digest = digest("g") }), "/digest"},
		"a key in upper case":       {with(create, func(c *users.CreateAPIKey) { c.Digest = digest("A") }), "/digest"},
	} {
		t.Run(name, func(t *testing.T) {
			errs := c.body.Validate()
			require.Len(t, errs, 1)
			assert.Equal(t, c.pointer, errs[0].Pointer)
			// The decider does not rely on the edge.
			a := b.When(commandType(t, c.body), c.body)
			require.ErrorIs(t, a.Refusal, ledger.ErrInvalidField)
			assert.Equal(t, c.pointer, a.Refusal.Pointer)
		})
	}
	for _, c := range []command{register, change, reset, rehash, create} {
		assert.Empty(t, c.Validate(), "%T", c)
	}
	errs := users.ChangeUser{UserID: eve, Roles: []string{}, ByAdmin: true}.Validate()
	require.Len(t, errs, 1, "to take all roles away is no way to say nothing of roles")
	assert.Equal(t, "/roles", errs[0].Pointer)
}

func TestCheckEmail(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"ann@example.com", "Ann@Example.COM", "ann+shop@mail.example.com", "o'neill@example.com", "änne@exämple.com",
		strings.Repeat("a", 242) + "@example.com",
	} {
		assert.Empty(t, users.CheckEmail(good), good)
	}
	for _, bad := range []string{
		"", "ann", "@example.com", "ann@", "ann@@example.com", "ann@example.com, bob@example.com", "Ann <ann@example.com>",
		"<ann@example.com>", " ann@example.com", "ann@example.com ", "ann@example.com\r\nBcc: bob@example.com", "ann@example.com\x00",
		"\"ann\"@example.com", "ann@[127.0.0.1]", "ann@example.com (Ann)", "ann\xff@example.com", "a\tb@example.com",
		strings.Repeat("a", 243) + "@example.com",
	} {
		assert.NotEmpty(t, users.CheckEmail(bad), "%q", bad)
	}
	assert.Equal(t, "an email address has at most 254 bytes", users.CheckEmail(strings.Repeat("a", 243)+"@example.com"))
	assert.Equal(t, users.FoldEmail("ann@example.com"), users.FoldEmail("Ann@EXAMPLE.com"))
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{
		"12345678":                     "",
		strings.Repeat("x", 256):       "",
		"pässwört":                     "",
		"1234567":                      "a password has at least 8 characters",
		"äääääää":                      "a password has at least 8 characters", // of two bytes each
		"":                             "a password has at least 8 characters",
		strings.Repeat("x", 257):       "a password has at most 256 bytes",
		strings.Repeat("ä", 128) + "x": "a password has at most 256 bytes",
		"12345678\x00":                 "a password has no NUL",
	} {
		assert.Equal(t, want, users.CheckPassword(password), "%q", password)
	}
}
