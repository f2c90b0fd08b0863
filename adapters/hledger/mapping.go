package hledger

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/florinledger/florin/ledger"
)

// Mapping says what accounts and commodities are called in Florin. What it does not name is
// translated by rule: see [accountByRule] and [assetByRule].
type Mapping struct {
	// Accounts maps whole names; Prefixes maps a name and everything below it. An entry of Accounts
	// goes before one of Prefixes, and of those the longest counts.
	Accounts map[string]string `yaml:"accounts"`
	Prefixes map[string]string `yaml:"prefixes"`
	// Assets maps commodity symbols to asset codes; "" is an amount without a symbol.
	Assets map[string]string `yaml:"assets"`
}

// ReadMapping reads a mapping file, which is YAML.
//
// Errors: a key that is not known, and every name that is not one of Florin's.
func ReadMapping(r io.Reader) (*Mapping, error) {
	var m Mapping
	decoder := yaml.NewDecoder(io.LimitReader(r, maxMappingFile))
	decoder.KnownFields(true)
	switch err := decoder.Decode(&m); {
	case errors.Is(err, io.EOF): // an empty file maps nothing
	case err != nil:
		return nil, err
	}
	if err := decoder.Decode(new(Mapping)); !errors.Is(err, io.EOF) {
		return nil, errors.New("want one document")
	}
	return &m, m.check()
}

// check looks at the names that the mapping gives.
func (m *Mapping) check() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(m.Accounts)) {
		if err := ledger.CheckAddress(m.Accounts[name]); err != nil {
			errs = append(errs, fmt.Errorf("accounts: %q: %q: %w", name, m.Accounts[name], err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Prefixes)) {
		// A root by itself is a good prefix, and no account.
		if err := ledger.CheckAddress(m.Prefixes[name] + ":x"); err != nil {
			errs = append(errs, fmt.Errorf("prefixes: %q: %q: %w", name, m.Prefixes[name], err))
		}
	}
	for _, symbol := range slices.Sorted(maps.Keys(m.Assets)) {
		if err := ledger.CheckAssetCode(m.Assets[symbol]); err != nil {
			errs = append(errs, fmt.Errorf("assets: %q: %q: %w", symbol, m.Assets[symbol], err))
		}
	}
	return errors.Join(errs...)
}

// prefix returns the longest entry of Prefixes that name is, or is below.
func (m *Mapping) prefix(name string) (from, to string, ok bool) {
	for from = name; ; from = from[:strings.LastIndexByte(from, ':')] {
		if to, ok = m.Prefixes[from]; ok {
			return from, to, true
		}
		if !strings.Contains(from, ":") {
			return "", "", false
		}
	}
}
