package authn

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"github.com/florinledger/florin/users/desk"
)

// ErrBadHash says that a stored hash is none, or asks for so much work, or so little, that nothing was
// computed.
var ErrBadHash = errors.New("authn: not a password's hash")

// HasherConfig is what a Hasher may be told. The zero value is ready to use.
type HasherConfig struct {
	// Memory is what one hash takes, in KiB. Default: DefaultHashMemory.
	Memory uint32
	// Passes is how often the memory is gone over. Default: DefaultHashPasses.
	Passes uint32
	// Lanes is how many processors work on one hash. Default: DefaultHashLanes.
	Lanes uint8
	// Parallel is how many hashes are computed at once. Default: half the processors, and one at least: a
	// burst of sign-ins must not take the other half from payments.
	Parallel int
	// Queue is how many passwords wait for that. Default: DefaultHashQueue.
	Queue int
	// Wait is how long a password waits. Default: DefaultHashWait.
	Wait time.Duration
}

// Hasher hashes passwords with Argon2id, a few at a time, to the text that the reference implementation
// writes ($argon2id$v=19$m=19456,t=2,p=1$salt$key). Passwords are brought to NFKC before, as NIST
// SP 800-63B asks, so that a keyboard which composes a letter in another way opens the same door. It is
// safe for concurrent use.
type Hasher struct {
	params  argon2id.Params
	running chan struct{} // one for each that is computed
	waiting chan struct{} // one for each that waits
	wait    time.Duration
}

var _ desk.Hasher = (*Hasher)(nil)

// NewHasher returns a hasher.
func NewHasher(cfg HasherConfig) *Hasher {
	if cfg.Memory == 0 {
		cfg.Memory = DefaultHashMemory
	}
	if cfg.Passes == 0 {
		cfg.Passes = DefaultHashPasses
	}
	if cfg.Lanes == 0 {
		cfg.Lanes = DefaultHashLanes
	}
	if cfg.Parallel <= 0 {
		cfg.Parallel = max(runtime.GOMAXPROCS(0)/2, 1)
	}
	if cfg.Queue <= 0 {
		cfg.Queue = DefaultHashQueue
	}
	if cfg.Wait <= 0 {
		cfg.Wait = DefaultHashWait
	}
	return &Hasher{
		params: argon2id.Params{
			Memory: cfg.Memory, Iterations: cfg.Passes, Parallelism: cfg.Lanes, SaltLength: hashSalt, KeyLength: hashKey,
		},
		running: make(chan struct{}, cfg.Parallel),
		waiting: make(chan struct{}, cfg.Queue),
		wait:    cfg.Wait,
	}
}

// Hash implements desk.Hasher.
//
// Errors: desk.ErrBusy, the context's.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	hash, err := argon2id.CreateHash(norm.NFKC.String(password), &h.params)
	if err != nil {
		return "", fmt.Errorf("authn: hash password: %w", err)
	}
	return hash, nil
}

// Verify implements desk.Hasher. Of a password that is not the right one, stale is false.
//
// An empty hash is one that nothing matches: as much is computed for it as for any of these parameters, so
// that the time tells nobody whether there is such a person. It does tell a hash of other parameters, which
// is another reason to hash stale ones anew.
//
// Errors: desk.ErrBusy, ErrBadHash, the context's.
func (h *Hasher) Verify(ctx context.Context, password, hash string) (ok, stale bool, err error) {
	if hash == "" {
		_, err := h.Hash(ctx, password)
		return false, false, err
	}
	params, err := h.read(hash)
	if err != nil {
		return false, false, err
	}
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	if ok, err = argon2id.ComparePasswordAndHash(norm.NFKC.String(password), hash); err != nil {
		return false, false, fmt.Errorf("%w: %w", ErrBadHash, err)
	}
	return ok, ok && params != h.params, nil
}

// read returns the parameters of a hash that may be computed. Whatever this hasher makes itself may be.
func (h *Hasher) read(hash string) (argon2id.Params, error) {
	if len(hash) > maxHashText {
		return argon2id.Params{}, fmt.Errorf("%w: %d bytes are too many", ErrBadHash, len(hash))
	}
	p, salt, key, err := argon2id.DecodeHash(hash)
	switch {
	case err != nil:
		return argon2id.Params{}, fmt.Errorf("%w: %w", ErrBadHash, err)
	case p.Iterations == 0 || p.Parallelism == 0 || len(salt) < minHashSalt || len(key) < minHashKey:
		return argon2id.Params{}, fmt.Errorf("%w: it protects nothing", ErrBadHash)
	case p.Memory > max(maxHashMemory, h.params.Memory), p.Iterations > max(maxHashPasses, h.params.Iterations),
		p.Parallelism > max(maxHashLanes, h.params.Parallelism):
		return argon2id.Params{}, fmt.Errorf("%w: m=%d,t=%d,p=%d is too much work", ErrBadHash, p.Memory, p.Iterations, p.Parallelism)
	}
	return *p, nil
}

// enter waits for a turn; leave ends it. Turns are given in the order of arrival.
func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.running <- struct{}{}:
		return nil
	default:
	}
	select {
	case h.waiting <- struct{}{}:
		defer func() { <-h.waiting }()
	default:
		return desk.ErrBusy
	}
	limit := time.NewTimer(h.wait)
	defer limit.Stop()
	select {
	case h.running <- struct{}{}:
		return nil
	case <-limit.C:
		return desk.ErrBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) leave() { <-h.running }
