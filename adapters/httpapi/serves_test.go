package httpapi

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestServesPayments(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{Serves: ServesPayments})
	for path, there := range map[string]bool{
		"/v1/payments": true, "/v1/payments/:id": true, "/v1/payments/:id/cancel": true, "/v1/payments/:id/refunds": true, "/v1/webhooks/stripe": true,
		"/v1/commands/:id": true, "/readyz": true, "/openapi.yaml": true, "/v1/wallets": false, "/v1/paymentsque": false, "/v1/webhook-endpoints": false,
	} {
		assert.Equal(t, there, ServesPayments(path), path)
	}
	a := ask(t, s, "GET", "/v1/wallets/wal_0", "", "Authorization", "Bearer s=service")
	assert.Equal(t, http.StatusNotFound, a.status)
	assert.Equal(t, "not-found", a.problem(t)["code"])
	assert.Equal(t, http.StatusOK, ask(t, s, "GET", "/livez", "").status)
}
