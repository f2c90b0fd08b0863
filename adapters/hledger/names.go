package hledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// names translates names by a mapping, remembers each, and sees that no two become one.
type names struct {
	mapping  *Mapping
	accounts translated
	assets   translated
	used     map[string]bool // entries of the mapping that something matched
}

// translated is one kind of names.
type translated struct {
	to map[string]translation
	// from is the first name by rule that an address or code came from.
	from map[string]string
}

type translation struct {
	name string
	err  error
}

func newNames(m *Mapping) *names {
	empty := func() translated { return translated{map[string]translation{}, map[string]string{}} }
	return &names{mapping: m, accounts: empty(), assets: empty(), used: map[string]bool{}}
}

// account returns the address of an account.
func (n *names) account(name string) (string, error) {
	return n.accounts.get(name, n.newAccount)
}

func (n *names) newAccount(name string) (address string, byHand bool, err error) {
	if to, ok := n.mapping.Accounts[name]; ok {
		n.used["accounts: "+name] = true
		return to, true, nil
	}
	from, to, ok := n.mapping.prefix(name)
	if !ok {
		address, err = accountByRule(name)
		return address, false, err
	}
	n.used["prefixes: "+from] = true
	if rest, below := strings.CutPrefix(name, from+":"); below {
		address, err = under(to, name, rest)
		return address, false, err
	}
	if !strings.Contains(to, ":") {
		return "", false, fmt.Errorf("account %q: the mapping makes it the root %s, and Florin has no postings to a root: map it by itself", name, to)
	}
	return to, true, nil
}

// asset returns the code of a commodity.
func (n *names) asset(symbol string) (string, error) {
	return n.assets.get(symbol, func(symbol string) (string, bool, error) {
		if to, ok := n.mapping.Assets[symbol]; ok {
			n.used["assets: "+symbol] = true
			return to, true, nil
		}
		code, err := assetByRule(symbol)
		return code, false, err
	})
}

// get translates a name once. Two names that become one by rule are an error: only the mapping may
// join what the journal keeps apart.
func (t *translated) get(name string, translate func(string) (string, bool, error)) (string, error) {
	if known, ok := t.to[name]; ok {
		return known.name, known.err
	}
	to, byHand, err := translate(name)
	if err == nil && !byHand {
		if other, taken := t.from[to]; taken {
			err = fmt.Errorf("%q and %q would both be %s: map one of them, or both if they are the same", other, name, to)
		} else {
			t.from[to] = name
		}
	}
	t.to[name] = translation{to, err}
	return to, err
}

// unused lists the entries of the mapping that nothing matched.
func (n *names) unused() (entries []string) {
	note := func(section string, of map[string]string) {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			if entry := section + ": " + name; !n.used[entry] {
				entries = append(entries, fmt.Sprintf("%s: %q", section, name))
			}
		}
	}
	note("accounts", n.mapping.Accounts)
	note("prefixes", n.mapping.Prefixes)
	note("assets", n.mapping.Assets)
	return entries
}

// pairs are the names that were translated, in their order, as "from" and "to".
func (t *translated) pairs() (all [][2]string) {
	for _, name := range slices.Sorted(maps.Keys(t.to)) {
		if known := t.to[name]; known.err == nil {
			all = append(all, [2]string{name, known.name})
		}
	}
	return all
}
