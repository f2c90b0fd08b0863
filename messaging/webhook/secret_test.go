package webhook_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users/seal"
)

func TestASecretIsMadeOfItsKey(t *testing.T) {
	t.Parallel()
	key := seal.NewKey()
	first, again := webhook.SecretOf(key), webhook.SecretOf(key)
	assert.Equal(t, first.Reveal(), again.Reveal())
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
