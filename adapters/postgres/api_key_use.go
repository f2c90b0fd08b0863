package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	//go:embed queries/api_key_use_note.sql
	apiKeyUseNoteSQL string
	//go:embed queries/api_key_use_list.sql
	apiKeyUseListSQL string
)

const (
	// apiKeyUseInterval is how seldom a process notes the use of a key.
	apiKeyUseInterval = time.Minute
	// apiKeyUseTimeout bounds what noting may cost the request that happens to do it.
	apiKeyUseTimeout = time.Second
	// apiKeysNoted is how many keys a process remembers to have noted. When it is full all are forgotten,
	// and noted again as they come, which costs each a statement.
	apiKeysNoted = 4096
)

// APIKeyUses notes when the keys of services were last used. It is for people to look at: nothing is
// decided by it, and it may be off by a minute. It is safe for concurrent use.
type APIKeyUses struct {
	pool *pgxpool.Pool

	mu    sync.Mutex
	noted map[string]time.Time // by key id
}

// NewAPIKeyUses returns the uses of keys in pool's database.
func NewAPIKeyUses(pool *pgxpool.Pool) *APIKeyUses {
	return &APIKeyUses{pool: pool, noted: map[string]time.Time{}}
}

// Note notes that a key was used at a time. It writes at most once a minute for each key, whether the
// last write succeeded or not, and then takes a second at most; otherwise it returns at once. An error
// says that this use was not noted: it is for a log, and no reason to turn the request away.
func (u *APIKeyUses) Note(ctx context.Context, keyID string, at time.Time) error {
	if !u.due(keyID, at) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, apiKeyUseTimeout)
	defer cancel()
	if _, err := u.pool.Exec(ctx, apiKeyUseNoteSQL, keyID, at); err != nil {
		return fmt.Errorf("note use of API key %s: %w", keyID, err)
	}
	return nil
}

// due reports whether a use is to be written, to one caller for each minute.
func (u *APIKeyUses) due(keyID string, at time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if last, ok := u.noted[keyID]; ok && at.Sub(last) < apiKeyUseInterval {
		return false
	}
	if len(u.noted) >= apiKeysNoted {
		clear(u.noted)
	}
	u.noted[keyID] = at
	return true
}

// Get returns when keys were last used, by their ids. Those that never were are left out.
func (u *APIKeyUses) Get(ctx context.Context, keyIDs []string) (map[string]time.Time, error) {
	rows, err := u.pool.Query(ctx, apiKeyUseListSQL, keyIDs)
	if err != nil {
		return nil, fmt.Errorf("uses of API keys: %w", err)
	}
	type use struct {
		KeyID  string
		UsedAt time.Time
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[use])
	if err != nil {
		return nil, fmt.Errorf("uses of API keys: %w", err)
	}
	uses := make(map[string]time.Time, len(found))
	for _, f := range found {
		uses[f.KeyID] = f.UsedAt
	}
	return uses, nil
}
