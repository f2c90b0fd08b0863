package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/florinledger/florin/adapters/authn"
)

// tokenCommand mints a bearer token.
type tokenCommand struct {
	TokenKeys string        `help:"PEM file, or folder of PEM files, with the signing keys." env:"FLORIN_TOKEN_KEYS" type:"path" default:".florin/keys"`
	Subject   string        `help:"Whom the token speaks for, such as svc_billing." required:""`
	Roles     []string      `help:"Roles: user, service, finance, operator, admin." required:""`
	TTL       time.Duration `help:"How long it is good." default:"1h"`
}

// Run prints the token.
func (c *tokenCommand) Run(con console) error {
	keys, err := authn.LoadKeys(c.TokenKeys)
	if err != nil {
		return err
	}
	minter, err := authn.NewMinter(keys, authn.MinterConfig{})
	if err != nil {
		return err
	}
	token, err := minter.Mint(authn.Claims{Subject: c.Subject, Roles: c.Roles, TTL: c.TTL})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(con.Out, token)
	return err
}

// keygenCommand writes a new signing key.
type keygenCommand struct {
	File string `arg:"" help:"File to write; in a folder of keys the last name signs." type:"path"`
}

// Run writes the key.
func (c *keygenCommand) Run() error { return writeKey(c.File) }

// writeKey writes a new signing key to a file that must not exist.
func writeKey(path string) error {
	pem, err := authn.GenerateKey()
	if err != nil {
		return err
	}
	return writeNew(path, pem)
}

// writeNew writes a file for its owner's eyes, and fails when there is one.
func writeNew(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// ensureFile writes a file unless there is one.
func ensureFile(path string, write func(path string) error) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return write(path)
}
