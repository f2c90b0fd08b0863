package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCasesOfHoldLists(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"holds of payer and payee", holdLists},
		numbered{"wallets by asset", walletsByAsset},
	)
}

func holdLists(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	payer, payee, stranger := s.as("usr_payer", "user").in(t), s.as("usr_payee", "user").in(t), s.as("usr_stranger", "user").in(t)
	var ids []string
	for i := range 5 {
		ids = append([]string{h.hold(fmt.Sprint(i), "10").is(http.StatusCreated).str("id")}, ids...)
	}
	open := h.service.post("/v1/holds", h.payer+"nobody's", map[string]any{"wallet_id": h.payer, "amount": yen("10")}).is(http.StatusCreated).str("id")
	h.capture(ids[4], "end", "").is(http.StatusOK)
	all := append([]string{open}, ids...)

	require.Equal(t, all, payer.walk("/v1/holds", 2, false, "id"))
	require.Equal(t, all, payer.walk("/v1/holds?wallet_id="+h.payer, 4, true, "id"))
	require.Equal(t, ids, payee.walk("/v1/holds", 3, false, "id"), "those that name him")
	require.Equal(t, ids[4:], payee.read("/v1/holds?status=captured").ids())
	require.Equal(t, ids[:4], payee.read("/v1/holds?status=open&wallet_id="+h.payee).ids())
	require.Equal(t, all[:5], h.service.read("/v1/holds?status=open&wallet_id="+h.payer).ids())
	require.Equal(t, all, h.service.read("/v1/holds").ids())
	require.Empty(t, stranger.read("/v1/holds").ids())
	shown := payer.list("/v1/holds?limit=1").Data[0]
	require.Equal(t, payer.read("/v1/holds/"+open).at(), any(shown))

	stranger.read("/v1/holds?wallet_id="+h.payer).refused(http.StatusNotFound, "wallet-not-found")
	payee.read("/v1/holds?wallet_id="+h.payer).refused(http.StatusNotFound, "wallet-not-found")
	h.service.read("/v1/holds?status=open").refused(http.StatusBadRequest, "invalid-parameter")
	payer.read("/v1/holds?status=over").refused(http.StatusBadRequest, "invalid-parameter")
	payer.read("/v1/holds?wallet_id=usr_1").refused(http.StatusBadRequest, "invalid-parameter")
	next := payer.list("/v1/holds?limit=1").Next
	payer.read(with("/v1/holds?status=open", "cursor", next)).refused(http.StatusBadRequest, "invalid-cursor")
}

func walletsByAsset(t *testing.T, s *service) {
	const owner = "usr_assets"
	shop, self := s.as("svc_shop", "service").in(t), s.as(owner, "user").in(t)
	var ids []string
	for i := range 3 {
		id := s.wallet(t, owner, 0)
		ids = append([]string{id}, ids...)
		for _, asset := range []string{"CHF", "SEK", "NOK"}[:i] {
			shop.post("/v1/wallets/"+id+"/credit", id+asset, map[string]any{"amount": map[string]string{"amount": "1.00", "asset": asset}, "account": opening}).is(http.StatusCreated)
		}
	}
	shop.post("/v1/wallets/"+ids[0]+"/debit", ids[0], map[string]any{"amount": map[string]string{"amount": "1.00", "asset": "SEK"}, "account": opening}).is(http.StatusCreated)
	for _, c := range []*caller{shop, self, s.finance().in(t)} {
		require.Equal(t, ids[:2], c.read("/v1/wallets?asset=CHF").ids())
		require.Equal(t, ids[:2], c.walk("/v1/wallets?asset=CHF&status=open", 1, false, "id"))
		require.Equal(t, ids[:1], c.read("/v1/wallets?asset=SEK").ids(), "also what is spent by now")
		require.Empty(t, c.read("/v1/wallets?asset=SEK&status=frozen").ids())
		require.Empty(t, c.read("/v1/wallets?asset=NOK").ids())
		c.read("/v1/wallets?asset=s/ek").refused(http.StatusBadRequest, "invalid-parameter")
	}
	require.Equal(t, ids[:1], shop.read("/v1/wallets?asset=SEK&owner_id="+owner).ids())
	require.Empty(t, shop.read("/v1/wallets?asset=SEK&owner_id=usr_other").ids())
}
