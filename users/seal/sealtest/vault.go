// Package sealtest has a vault in memory, for tests of what seals and opens.
package sealtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/florinledger/florin/users/seal"
)

// Vault keeps keys and addresses in memory. It keeps every word of [seal.Keys] and [seal.Addresses], and
// many may use it at once.
type Vault struct {
	mu     sync.Mutex
	keys   map[string]seal.Key
	erased []string
	tokens map[string]string // by address in lower case
	fault  error
	asked  int
}

var (
	_ seal.Keys      = (*Vault)(nil)
	_ seal.Addresses = (*Vault)(nil)
)

// NewVault returns an empty vault.
func NewVault() *Vault {
	return &Vault{keys: map[string]seal.Key{}, tokens: map[string]string{}}
}

// Fail makes everything that is asked of the vault fail with err, as while it is away; nil ends that.
func (v *Vault) Fail(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.fault = err
}

// Create implements [seal.Keys].
func (v *Vault) Create(_ context.Context, person string) (seal.Key, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.gone(person); err != nil {
		return seal.Key{}, err
	}
	if _, ok := v.keys[person]; !ok {
		v.keys[person] = seal.NewKey()
	}
	return v.keys[person], nil
}

// Key implements [seal.Keys].
func (v *Vault) Key(_ context.Context, person string) (seal.Key, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked++
	if err := v.gone(person); err != nil {
		return seal.Key{}, err
	}
	key, ok := v.keys[person]
	if !ok {
		return seal.Key{}, noKey(person)
	}
	return key, nil
}

// gone returns the fault that was asked for, or that the person's key was destroyed.
func (v *Vault) gone(person string) error {
	if v.fault == nil && slices.Contains(v.erased, person) {
		return noKey(person)
	}
	return v.fault
}

func noKey(person string) error { return fmt.Errorf("%w for %s", seal.ErrNoKey, person) }

// Destroy implements [seal.Keys].
func (v *Vault) Destroy(_ context.Context, person string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fault != nil {
		return v.fault
	}
	delete(v.keys, person)
	if !slices.Contains(v.erased, person) {
		v.erased = append(v.erased, person)
	}
	return nil
}

// Discard takes away a key that nothing that counts was sealed with. Unlike Destroy it leaves no trace.
func (v *Vault) Discard(_ context.Context, person string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fault != nil {
		return v.fault
	}
	delete(v.keys, person)
	return nil
}

// Erasures returns whose keys were destroyed, in order.
func (v *Vault) Erasures() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.erased)
}

// Holds returns how many people have a key.
func (v *Vault) Holds() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.keys)
}

// Asked returns how often Key was called.
func (v *Vault) Asked() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.asked
}

// Token implements [seal.Addresses].
func (v *Vault) Token(_ context.Context, email string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fault != nil {
		return "", v.fault
	}
	folded := strings.ToLower(email)
	if _, ok := v.tokens[folded]; !ok {
		v.tokens[folded] = rand.Text()
	}
	return v.tokens[folded], nil
}

// Find implements [seal.Addresses].
func (v *Vault) Find(_ context.Context, email string) (token string, ok bool, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fault != nil {
		return "", false, v.fault
	}
	token, ok = v.tokens[strings.ToLower(email)]
	return token, ok, nil
}

// Forget implements [seal.Addresses].
func (v *Vault) Forget(_ context.Context, token string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fault != nil {
		return v.fault
	}
	for email, t := range v.tokens {
		if t == token {
			delete(v.tokens, email)
		}
	}
	return nil
}
