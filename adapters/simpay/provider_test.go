package simpay_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/simpay"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/payment"
)

// house is a provider with its page, and what that delivered.
type house struct {
	*simpay.Provider
	t    *testing.T
	told []payment.Fact
	away error
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.Page(func(_ context.Context, m payment.Message) error {
			h.told = append(h.told, m.Fact)
			return h.away
		}, slog.New(slog.DiscardHandler)).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	h.Provider = simpay.New(server.URL, []byte("secret"))
	return h
}

func anOrder(id string) payment.Order {
	return payment.Order{
		ID: "pay_" + id, WalletID: "wal_1", Amount: ledger.Money{Amount: "10.50", Asset: "USD"}, Method: payment.Checkout,
		SuccessURL: "https://shop.example.com/paid", CancelURL: "https://shop.example.com/cart",
	}
}

func (h *house) page(o payment.Order) string {
	h.t.Helper()
	s, err := h.Open(h.t.Context(), o)
	require.NoError(h.t, err)
	return s.CheckoutURL
}

// does presses a button of a page.
func (h *house) does(page, what string) (status int, location, body string) {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, page, strings.NewReader(url.Values{"do": {what}}.Encode()))
	require.NoError(h.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	require.NoError(h.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(h.t, err)
	return answer.StatusCode, answer.Header.Get("Location"), string(text)
}

// Who is asked twice opens once, and who pays twice pays once.
func TestPaid(t *testing.T) {
	t.Parallel()
	h, o := open(t), anOrder("1")
	page := h.page(o)
	require.Equal(t, page, h.page(o))
	status, _, body := h.does(page, "rob")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "Want pay, decline or cancel.")
	status, _, body = h.does(page, "decline")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "It was declined.")
	for range 2 {
		status, location, _ := h.does(page, "pay")
		require.Equal(t, []any{http.StatusSeeOther, o.SuccessURL}, []any{status, location})
	}
	require.Len(t, h.told, 3)
	assert.Equal(t, []payment.Status{payment.StatusFailed, payment.StatusSucceeded, payment.StatusSucceeded},
		[]payment.Status{h.told[0].Told, h.told[1].Told, h.told[2].Told})
	paid := h.told[1]
	assert.Equal(t, []any{payment.Paid, "sim_1", "10.50", "USD", "wal_1", "pay_1", payment.Simulated},
		[]any{paid.Kind, paid.Payment, paid.Received, paid.Asset, paid.Wallet, paid.Order, paid.Provider})
	assert.Equal(t, h.told[1], h.told[2], "the same message")
	require.ErrorAs(t, h.Cancel(t.Context(), o), new(payment.Failure))
	m, err := h.Look(t.Context(), o)
	require.NoError(t, err)
	assert.Equal(t, payment.StatusSucceeded, m.Fact.Told)

	told, err := h.Refund(t.Context(), payment.RefundOrder{ID: "ref_1"})
	require.NoError(t, err)
	again, err := h.Refund(t.Context(), payment.RefundOrder{ID: "ref_1"})
	require.NoError(t, err)
	assert.Equal(t, []string{"sim_ref_1", "sim_ref_1", string(payment.RefundSettled)}, []string{told.Ref, again.Ref, string(told.Status)})
	require.NoError(t, h.Answers(t.Context()))
}

// What is called off is paid no more.
func TestCanceled(t *testing.T) {
	t.Parallel()
	h := open(t)
	page := h.page(anOrder("1"))
	status, location, _ := h.does(page, "cancel")
	require.Equal(t, []any{http.StatusSeeOther, "https://shop.example.com/cart"}, []any{status, location})
	o := anOrder("2")
	o.CancelURL = ""
	page = h.page(o)
	require.NoError(t, h.Cancel(t.Context(), o))
	require.NoError(t, h.Cancel(t.Context(), o), "it is no error that it does not wait any more")
	_, _, body := h.does(page, "pay")
	require.Contains(t, body, "It is canceled.")
	require.Equal(t, payment.StatusCanceled, h.told[1].Told)
}

// Nobody makes a page up, and what is not booked is said to be not booked.
func TestPage(t *testing.T) {
	t.Parallel()
	h := open(t)
	page := h.page(anOrder("1"))
	site, _, _ := strings.Cut(page, "/checkout/")
	other := simpay.New(site, []byte("another secret"))
	forged, err := other.Open(t.Context(), anOrder("1"))
	require.NoError(t, err)
	for _, wrong := range []string{forged.CheckoutURL, page + "x", page[:len(page)-50], strings.Replace(page, "/checkout/", "/checkout/e", 1)} {
		status, _, body := h.does(wrong, "pay")
		require.Equal(t, http.StatusNotFound, status)
		require.Contains(t, body, "There is no such payment.")
	}
	require.Empty(t, h.told)
	h.away = errors.New("the database is away")
	status, _, body := h.does(page, "pay")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, "Send it again.")
	m, err := h.Look(t.Context(), anOrder("9"))
	require.NoError(t, err)
	require.Equal(t, payment.StatusCreated, m.Fact.Told)
	require.True(t, m.Fact.OccurredAt.IsZero(), "what was told before the process began counts")
	require.NotContains(t, body, "<script")
}
