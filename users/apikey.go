package users

import (
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

const apiKeyPrefix = "key"

// KeyState is what is known of a key of a service, under the digest of its secret.
type KeyState struct {
	KeyID     string    `json:"key_id"`
	Name      string    `json:"name"`
	Roles     []string  `json:"roles"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Revoked   bool      `json:"revoked,omitempty"`
}

// Counts reports whether the key speaks for its service at a time.
func (k KeyState) Counts(at time.Time) bool {
	return !k.Revoked && (k.ExpiresAt.IsZero() || at.Before(k.ExpiresAt))
}

// APIKeys is the decision state of keys, by the digest of the secret.
func APIKeys() journal.Kind[KeyState] { return journal.NewKind[KeyState]("api-key") }

// keyDigest is the digest of a key's secret, by the key's id.
type keyDigest struct {
	Digest string `json:"digest"`
}

func keyDigests() journal.Kind[keyDigest] { return journal.NewKind[keyDigest]("api-key-id") }

func decideCreateAPIKey(s *journal.Scope, c CreateAPIKey) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	if !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(s.Now()) {
		return ledger.ErrInvalidField.At("/expires_at").Because("want a time to come")
	}
	if _, known := APIKeys().Get(s, c.Digest); known {
		// It would bring a revoked secret back to life.
		return ledger.ErrInvalidField.At("/digest").Because("want a secret of its own")
	}
	id := s.NextID().Format(apiKeyPrefix)
	s.Emit(journal.Event{
		Stream: keyStream(id), Type: TypeAPIKeyCreated, Schema: 1,
		Body: APIKeyCreated{KeyID: id, Name: c.Name, Roles: sortedRoles(c.Roles), Digest: c.Digest, ExpiresAt: c.ExpiresAt.UTC().Truncate(time.Microsecond)},
	})
	return nil
}

func decideRevokeAPIKey(s *journal.Scope, c RevokeAPIKey) error {
	if _, err := journal.ParsePlaceID(apiKeyPrefix, c.KeyID); err != nil {
		return ErrAPIKeyNotFound
	}
	d, ok := keyDigests().Get(s, c.KeyID)
	if !ok {
		return ErrAPIKeyNotFound
	}
	if k, _ := APIKeys().Get(s, d.Digest); k.Revoked {
		return nil
	}
	s.Emit(journal.Event{
		Stream: keyStream(c.KeyID), Type: TypeAPIKeyRevoked, Schema: 1, Body: APIKeyRevoked{KeyID: c.KeyID, Digest: d.Digest},
	})
	return nil
}

// keyStream is where the events of a key stand.
func keyStream(keyID string) string { return "api-key/" + keyID }
