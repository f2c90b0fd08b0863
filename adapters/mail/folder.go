package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	gomail "github.com/wneessen/go-mail"

	"github.com/florinledger/florin/users/desk"
)

// Folder puts letters into a folder, one .eml file each, instead of sending them. A letter that is sent
// again takes the place of its file.
type Folder struct {
	dir  string
	from sender
	log  *slog.Logger
}

// NewFolder makes the folder, which nobody else may look into: there are links in it that open accounts.
// from is whom letters are from, with or without a name; log has a line for each letter.
func NewFolder(dir, from string, log *slog.Logger) (*Folder, error) {
	s, err := newSender(from)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return &Folder{dir: dir, from: s, log: log}, nil
}

// Send writes the letter's file. Errors: desk.ErrUndeliverable.
func (f *Folder) Send(_ context.Context, m desk.Mail) error {
	// As it was written: no line is cut in two, so that tokens can be copied from it.
	msg, err := f.from.compose(m, gomail.NoEncoding)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(f.dir, ".letter-*")
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	defer os.Remove(file.Name()) //nolint:errcheck // it has been renamed, or is left as a hidden file
	_, err = msg.WriteTo(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	path := filepath.Join(f.dir, letterID(m.Key)+".eml")
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	f.log.Info("letter written", "file", path, "subject", m.Subject)
	return nil
}
