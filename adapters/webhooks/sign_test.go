package webhooks

import (
	"net/http"
	"strings"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
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
