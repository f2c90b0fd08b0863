package readmodel

import (
	"context"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users/seal"
)

// The lexemes of a text are Postgres's own, and so is the search among them; but each is kept as a digest
// under its owner's key, at the places where the lexeme was. So a search goes as over plain words, phrases
// included, and what lies in the tables tells nothing to who has no key: not which words there are, and not
// whether two people use the same one. What shows is how many different words a message has, and which
// of one owner's messages have words in common. Source: docs/adr/0016-search-over-sealed-messages.md.

// lexemesAtOnce is how much text is handed to Postgres in one statement, in bytes: it bounds what both have
// in memory. One text may be longer.
const lexemesAtOnce = 4 << 20

// findWords finds what letters can be found by.
func (p *postman) findWords(ctx context.Context) error {
	var texts []string
	var into []*string
	size := 0
	flush := func() error {
		vectors, err := p.lexemes(ctx, texts)
		for i := range vectors {
			*into[i] = vectors[i]
		}
		texts, into, size = nil, nil, 0
		return err
	}
	for _, l := range p.letters {
		subject, body := l.read()
		texts, into = append(texts, subject, body), append(into, &l.words.subject, &l.words.body)
		if size += len(subject) + len(body); size >= lexemesAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// read returns what a letter says, to whichever side can open it.
func (l *letter) read() (subject, body string) {
	for _, s := range l.sides {
		if subject, body, err := messaging.Unseal(s.key, s.wrapped, l.subject, l.body); err == nil {
			return searchable(subject), searchable(body)
		}
	}
	return "", ""
}

// searchable is a text that Postgres takes: the edge lets no other pass, and if it had, the projection
// could not stand still over it for ever.
func searchable(text string) string {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return ""
	}
	return text
}

// lexemes returns the text search vectors of texts, as Postgres writes them. The texts are parameters, which
// Postgres neither keeps nor, unless it was told to, logs.
func (p *postman) lexemes(ctx context.Context, texts []string) ([]string, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	rows, err := p.db.Query(ctx, sqlOf("messages_lexemes"), pgx.NamedArgs{"texts": texts})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// digestOf is how a lexeme is kept: a digest of 12 bytes, in 16 characters.
func digestOf(key seal.Key) func(lexeme string) string {
	word := key.Words()
	return func(lexeme string) string {
		digest := word(lexeme)
		return base64.RawURLEncoding.EncodeToString(digest[:])
	}
}

// withDigests replaces each lexeme of a text search vector or query, as Postgres writes it: between quotation
// marks, with those inside and backslashes twice.
func withDigests(text string, digest func(lexeme string) string) string {
	var out, lexeme strings.Builder
	inside := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		twice := (c == '\'' || c == '\\') && i+1 < len(text) && text[i+1] == c
		switch {
		case !inside:
			out.WriteByte(c)
			inside = c == '\''
		case twice:
			lexeme.WriteByte(c)
			i++
		case c == '\'':
			out.WriteString(digest(lexeme.String()))
			out.WriteByte(c)
			lexeme.Reset()
			inside = false
		default:
			lexeme.WriteByte(c)
		}
	}
	return out.String()
}
