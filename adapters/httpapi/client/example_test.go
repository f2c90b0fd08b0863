package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/florinledger/florin/adapters/httpapi/client"
)

// A shop is paid from a customer's wallet.
func Example() {
	service := httptest.NewServer(standIn())
	defer service.Close()

	ctx := context.Background()
	florin, err := client.New(service.URL, client.Config{Token: client.Static("florin_sk_…")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer florin.Close()
	session := florin.Session("") // its reads see what it wrote

	wallet, err := session.CreateWallet(ctx, nil, client.CreateWallet{Name: "Shop"})
	if err != nil {
		fmt.Println(err)
		return
	}

	// The key is the order's: however often this runs, the order is paid once.
	order := &client.CreateTransferParams{IdempotencyKey: "order-1001"}
	_, err = session.CreateTransfer(ctx, order, client.CreateTransfer{
		FromWallet: "wal_01k0q3v9x8f6r8v4t0d6m2n7h5", ToWallet: wallet.ID, Amount: client.Money{Amount: "10.50", Asset: "USD"},
	})
	switch {
	case client.Code(err) == "insufficient-funds":
		fmt.Println("not enough money")
		return
	case err != nil:
		fmt.Println(err)
		return
	}

	wallet, err = session.GetWallet(ctx, wallet.ID, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, balance := range wallet.Balances {
		fmt.Println(wallet.Name, "has", balance.Available, balance.Asset)
	}
	// Output:
	// Shop has 10.50 USD
}

// standIn answers in Florin's place, and not at once.
func standIn() http.Handler {
	const wallet = `{"id":"wal_01k0q3v9x8f6r8v4t0d6m2n7h6","name":"Shop","status":"open","balances":[{"asset":"USD","available":"10.50"}]}`
	busy := true
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/wallets", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, wallet)
	})
	mux.HandleFunc("POST /v1/transfers", func(w http.ResponseWriter, _ *http.Request) {
		if busy {
			busy = false
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Florin-Position", "0-2")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"txn_01m8146wpkg008000100000001"}`)
	})
	mux.HandleFunc("GET /v1/wallets/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("at_least") != "0-2" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = io.WriteString(w, wallet)
	})
	return mux
}
