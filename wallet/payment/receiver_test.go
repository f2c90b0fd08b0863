package payment_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/wallet/payment"
)

// reader reads every body as itself, unless it has an error.
type reader struct{ err error }

func (r reader) Read(body []byte, signature string) (payment.Message, error) {
	return payment.Message{
		Provider: "stripe", ID: "evt_1", Body: body, Fact: payment.Fact{Provider: "stripe", EventID: "evt_1", Type: signature},
	}, r.err
}

// keeper keeps bodies in a list, unless it has an error.
type keeper struct {
	kept []string
	err  error
}

func (k *keeper) Keep(_ context.Context, m payment.Message) (int64, error) {
	if k.err != nil {
		return 0, k.err
	}
	k.kept = append(k.kept, string(m.Body))
	return int64(len(k.kept)), nil
}

func TestReceive(t *testing.T) {
	t.Parallel()
	k := &keeper{kept: []string{"before"}}
	c, err := payment.NewReceiver(reader{}, k).Receive(t.Context(), []byte("body"), "signature")
	require.NoError(t, err)
	assert.Equal(t, []string{"before", "body"}, k.kept)
	var f payment.Fact
	require.NoError(t, json.Unmarshal(c.Data, &f))
	assert.Equal(t, payment.Fact{Provider: "stripe", EventID: "evt_1", Type: "signature", Raw: 2}, f)

	_, err = payment.NewReceiver(reader{payment.ErrSignature}, k).Receive(t.Context(), []byte("body"), "")
	require.ErrorIs(t, err, payment.ErrSignature)
	assert.Len(t, k.kept, 2, "what is not believed is not kept")

	full := errors.New("disk full")
	_, err = payment.NewReceiver(reader{}, &keeper{err: full}).Receive(t.Context(), []byte("body"), "")
	require.ErrorIs(t, err, full)
}
