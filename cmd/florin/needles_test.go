package main

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // it is what somebody might have written a text down by
	"crypto/sha1" //nolint:gosec // the same
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

const (
	// needleHead is how many bytes of a form are looked up at once; no form is shorter.
	needleHead = 8
	// digestPrefix is how many bytes of a digest count: those that are kept cut short are found too.
	digestPrefix = 12
	// needleSieve is the size of a table that says of most places that nothing begins there.
	needleSieve = 1 << 20
)

// needles finds secrets in bytes, in whatever form somebody may have written them down: as they are in
// any case, escaped, encoded, encoded twice, in another alphabet, or as the plain digest of any of their spellings.
type needles struct {
	exact  needleIndex // in the case that they have
	folded needleIndex // in any case
}

// needle is one form of a secret.
type needle struct {
	secret, form string
	text         []byte
}

type needleIndex struct {
	sieve [needleSieve]bool
	heads map[uint64][]needle
}

// newNeedles makes all forms of secrets, which are named.
func newNeedles(t *testing.T, secrets map[string]string) *needles {
	t.Helper()
	n := &needles{exact: needleIndex{heads: map[uint64][]needle{}}, folded: needleIndex{heads: map[uint64][]needle{}}}
	for name, secret := range secrets {
		require.GreaterOrEqual(t, len(secret), digestPrefix, "%s is so short that it may turn up by chance", name)
		for form, text := range written(t, secret) {
			n.add(name, form, text)
		}
	}
	return n
}

// add adds a text, and what it looks like in encodings.
func (n *needles) add(secret, form string, text []byte) {
	n.folded.add(needle{secret, form, lower(text)})
	n.folded.add(needle{secret, form + ", hex", []byte(hex.EncodeToString(text))})
	for name, once := range base64Of(text) {
		n.exact.add(needle{secret, form + ", " + name, once})
		for again, twice := range base64Of(once) {
			n.exact.add(needle{secret, form + ", " + name + ", " + again, twice})
		}
	}
}

// written returns the forms of a secret before they are encoded.
func written(t *testing.T, secret string) map[string][]byte {
	t.Helper()
	inJSON, err := json.Marshal(secret)
	require.NoError(t, err)
	forms := map[string][]byte{
		"text":         []byte(secret),
		"JSON":         bytes.Trim(inJSON, `"`),
		"ASCII":        []byte(strings.Trim(strconv.QuoteToASCII(secret), `"`)),
		"HTML":         []byte(html.EscapeString(secret)),
		"query":        []byte(url.QueryEscape(secret)),
		"path":         []byte(url.PathEscape(secret)),
		"UTF-16":       wide(secret, binary.LittleEndian),
		"UTF-16, big":  wide(secret, binary.BigEndian),
		"backwards":    backwards(secret),
		"lower case":   []byte(strings.ToLower(secret)),
		"capitals":     []byte(strings.ToUpper(secret)),
		"without room": []byte(strings.ReplaceAll(secret, " ", "")),
	}
	for _, spelling := range []struct{ name, text string }{
		{"", secret}, {" of lower case", strings.ToLower(secret)}, {" of capitals", strings.ToUpper(secret)}, {" of a line", secret + "\n"},
		{" of JSON", string(inJSON)},
	} {
		text := []byte(spelling.text)
		one, two, three, four := md5.Sum(text), sha1.Sum(text), sha256.Sum256(text), sha512.Sum512(text) //nolint:gosec // as above
		for name, sum := range map[string][]byte{"MD5": one[:], "SHA-1": two[:], "SHA-256": three[:], "SHA-512": four[:]} {
			forms[name+spelling.name] = sum[:digestPrefix]
		}
	}
	return forms
}

// base64Of returns what is sure to be in the base64 of anything that a text is a part of: its groups of
// three bytes begin at one of three places.
func base64Of(text []byte) map[string][]byte {
	out := map[string][]byte{}
	for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		for before := range 3 {
			padded := append(make([]byte, before), text...)
			encoded := []byte(encoding.EncodeToString(padded))
			begin := (before*8 + 5) / 6 // characters that hold bits of what is before
			end := len(padded) * 8 / 6  // and after
			out[fmt.Sprint(name, "+", before)] = encoded[begin:end]
		}
	}
	return out
}

func wide(s string, order binary.AppendByteOrder) (out []byte) {
	for _, unit := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

func backwards(s string) []byte {
	runes := []rune(s)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return []byte(string(runes))
}

// lower folds ASCII alone: anything may be in the bytes. They are hundreds of megabytes, of this goroutine alone, each of
// which the race detector would look at.
//
//go:norace
func lower(text []byte) []byte {
	out := bytes.Clone(text)
	for i, b := range out {
		if 'A' <= b && b <= 'Z' {
			out[i] = b + 'a' - 'A'
		}
	}
	return out
}

//go:norace
func sieve(head uint64) uint64 { return head * 0x9e3779b97f4a7c15 >> 44 }

func (x *needleIndex) add(n needle) {
	head := binary.LittleEndian.Uint64(n.text)
	x.sieve[sieve(head)] = true
	x.heads[head] = append(x.heads[head], n)
}

// in calls found with each form that stands in data; without the race detector, as lower.
//
//go:norace
func (x *needleIndex) in(data []byte, found func(needle)) {
	for i := 0; i+needleHead <= len(data); i++ {
		head := binary.LittleEndian.Uint64(data[i:])
		if !x.sieve[sieve(head)] {
			continue
		}
		for _, n := range x.heads[head] {
			if bytes.HasPrefix(data[i:], n.text) {
				found(n)
			}
		}
	}
}

// in returns which forms of which secrets are in data.
func (n *needles) in(data []byte) map[string]bool {
	found := map[string]bool{}
	note := func(n needle) { found[n.secret+" ("+n.form+")"] = true }
	n.exact.in(data, note)
	n.folded.in(lower(data), note)
	return found
}

// Each form of a secret is found wherever it stands, and nothing is found where it is not.
func TestNeedles(t *testing.T) {
	t.Parallel()
	const secret = `Zoë "Needle" Müller+1@Example.com`
	n := newNeedles(t, map[string]string{"the name": secret})
	require.Empty(t, n.in([]byte(`Zoe "Needle" Mueller+1@Example.com; {"email":"zoe"}`)))
	sum := sha256.Sum256([]byte(strings.ToLower(secret)))
	sealed := base64.StdEncoding.EncodeToString([]byte(`{"data":"` + base64.StdEncoding.EncodeToString([]byte(`{"name":"`+secret+`"}`)) + `"}`))
	quoted, err := json.Marshal(map[string]string{"name": secret})
	require.NoError(t, err)
	for name, text := range map[string]string{
		"as it is":               "x" + secret + "x",
		"in capitals":            strings.ToUpper(secret),
		"in lower case":          strings.ToLower(secret),
		"in ASCII only":          strconv.QuoteToASCII(secret),
		"in JSON":                string(quoted),
		"in HTML":                "<b>" + html.EscapeString(secret) + "</b>",
		"in a query":             "?email=" + url.QueryEscape(secret),
		"in hex":                 `\x` + strings.ToUpper(hex.EncodeToString([]byte("xx"+secret))),
		"in UTF-16":              string(wide("x"+secret, binary.LittleEndian)),
		"backwards":              string(backwards(secret)),
		"as a digest":            string(sum[:]),
		"as a digest, in hex":    fmt.Sprintf("%X", sum),
		"as a digest, cut short": fmt.Sprintf("%x", sum[:16]),
		"as a digest, in base64": base64.StdEncoding.EncodeToString(append([]byte("v1:"), sum[:]...)),
		"in base64 of base64":    sealed,
		"in URLs' base64":        base64.RawURLEncoding.EncodeToString([]byte("12" + secret)),
	} {
		require.NotEmpty(t, n.in([]byte(text)), name)
	}
	for before := range 6 {
		text := strings.Repeat("x", before) + secret + "yy"
		require.NotEmpty(t, n.in([]byte(base64.StdEncoding.EncodeToString([]byte(text)))), before)
		require.NotEmpty(t, n.in([]byte(base64.URLEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(text)))))), before)
	}
}
