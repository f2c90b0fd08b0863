package desk

import (
	"bytes"
	"embed"
	"fmt"
	"net/url"
	"strings"
	"text/template"
	"time"
)

//go:embed letters/*.txt
var letterFiles embed.FS

// letter is a kind of letter: the name of its text. The first line of a text is the subject.
//
// Nothing that anybody wrote is in a letter, above all no display name: whoever can register can have a letter
// sent to an address that is not theirs, and must not choose what it says.
type letter string

const (
	letterConfirm  letter = "confirm.txt"
	letterReset    letter = "reset.txt"
	letterKnown    letter = "known.txt"
	letterMoving   letter = "moving.txt"
	letterPassword letter = "password.txt"
)

// link says what the link in a letter is for, where below the public URL it leads, and how long it works.
// The purpose is 0 where there is none.
func (l letter) link() (purpose Purpose, path string, life time.Duration) {
	switch l {
	case letterConfirm:
		return PurposeConfirm, "confirm", ConfirmLife
	case letterReset, letterKnown:
		return PurposeReset, "reset", ResetLife
	default:
		return 0, "", 0
	}
}

// addressee is who a letter is for.
type addressee struct {
	userID, emailToken, email string
	sessionVersion            int64
}

// letters writes letters.
type letters struct {
	links   *Links
	texts   *template.Template
	base    *url.URL // nil for none
	service string
	now     func() time.Time
}

// letterFields are what the texts may name.
type letterFields struct{ Service, Link, Token, Until string }

func newLetters(links *Links, cfg Config) (*letters, error) {
	texts, err := template.New("").Option("missingkey=error").ParseFS(letterFiles, "letters/*.txt")
	if err != nil {
		return nil, fmt.Errorf("desk: letters: %w", err)
	}
	l := &letters{links: links, texts: texts, service: cfg.Service, now: cfg.Now}
	if cfg.PublicURL == "" {
		return l, nil
	}
	l.base, err = url.Parse(cfg.PublicURL)
	if err != nil || l.base.Host == "" || (l.base.Scheme != "https" && l.base.Scheme != "http") || l.base.RawQuery != "" || l.base.Fragment != "" {
		return nil, fmt.Errorf("desk: public URL: want one such as https://pay.example.com, not %q", cfg.PublicURL)
	}
	return l, nil
}

// write returns a letter under a key (see [Mail]).
func (l *letters) write(kind letter, to addressee, key string) (Mail, error) {
	fields := letterFields{Service: l.service}
	if purpose, path, life := kind.link(); purpose != 0 {
		until := l.now().Add(life)
		token, err := l.links.Sign(Link{
			Purpose: purpose, UserID: to.userID, EmailToken: to.emailToken, SessionVersion: to.sessionVersion, ExpiresAt: until,
		})
		if err != nil {
			return Mail{}, fmt.Errorf("desk: link: %w", err)
		}
		fields.Token, fields.Until = token, until.UTC().Format("2 January 2006, 15:04 UTC")
		if l.base != nil {
			target := l.base.JoinPath(path)
			target.RawQuery = url.Values{"token": {token}}.Encode()
			fields.Link = target.String()
		}
	}
	var text bytes.Buffer
	if err := l.texts.ExecuteTemplate(&text, string(kind), fields); err != nil {
		return Mail{}, fmt.Errorf("desk: letter: %w", err)
	}
	head, body, _ := strings.Cut(text.String(), "\n\n")
	return Mail{To: to.email, Subject: strings.TrimPrefix(head, "Subject: "), Text: body, Key: key}, nil
}
