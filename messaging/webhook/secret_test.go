package webhook_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users/seal"
)

// The reference implementation of the convention takes what is signed here, and nothing that is otherwise.
func TestSignaturesAreThoseOfStandardWebhooks(t *testing.T) {
	t.Parallel()
	secret := webhook.SecretOf(seal.NewKey())
	require.True(t, strings.HasPrefix(secret.Reveal(), "whsec_"))
	verifier, err := standard.NewWebhook(secret.Reveal())
	require.NoError(t, err)
	body, at := []byte(`{"type":"transfer.made"}`), time.Now()
	headers := func(id, signature string) http.Header {
		h := http.Header{}
		h.Set("webhook-id", id)
		h.Set("webhook-timestamp", webhook.Timestamp(at))
		h.Set("webhook-signature", signature)
		return h
	}
	signature := secret.Sign("evt_1", at, body)
	require.NoError(t, verifier.Verify(body, headers("evt_1", signature)))
	require.Error(t, verifier.Verify(body, headers("evt_2", signature)))
	require.Error(t, verifier.Verify(append(body, ' '), headers("evt_1", signature)))
	others := webhook.SecretOf(seal.NewKey()).Sign("evt_1", at, body)
	require.Error(t, verifier.Verify(body, headers("evt_1", others)))
	require.NoError(t, verifier.Verify(body, headers("evt_1", others+" "+signature)), "one of several is enough")
}

func TestASecretIsMadeOfItsKey(t *testing.T) {
	t.Parallel()
	key := seal.NewKey()
	assert.Equal(t, webhook.SecretOf(key).Reveal(), webhook.SecretOf(key).Reveal())
	assert.NotEqual(t, webhook.SecretOf(key).Reveal(), webhook.SecretOf(seal.NewKey()).Reveal())
	assert.Equal(t, "[redacted] [redacted] [redacted]", fmt.Sprintf("%v %+v %#v", webhook.SecretOf(key), webhook.SecretOf(key), webhook.SecretOf(key)))
	seen := map[string]bool{}
	for range 1000 {
		id := webhook.NewKeyID()
		assert.True(t, webhook.IsKeyID(id))
		seen[id] = true
	}
	assert.Len(t, seen, 1000)
	assert.False(t, webhook.IsKeyID("usr_01kkn6wx9dg000g00400000001"))
}
