package main

import (
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/httpapi/client"
)

// front stands before a service as a load balancer does: at one address, wherever the service is by now. It loses
// answers, and answers itself, as a test wants it to.
type front struct {
	s   *service
	url string
	// answers answers in the service's place and returns true.
	answers func(http.ResponseWriter, *http.Request) bool
	// loses reports whether an answer is lost: the service has done what was asked, and nobody hears of it.
	loses func(*http.Request) bool

	mu   sync.Mutex
	keys map[string]int // how often each key came
}

func newFront(s *service) *front {
	s.t.Helper()
	f := &front{s: s, keys: map[string]int{}}
	server := httptest.NewServer(f)
	s.t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.keys[r.Header.Get("Idempotency-Key")]++
	f.mu.Unlock()
	if f.answers != nil && f.answers(w, r) {
		return
	}
	f.s.mu.Lock()
	target, err := url.Parse(f.s.url)
	transport := f.s.client.Transport
	f.s.mu.Unlock()
	if err != nil {
		panic(err)
	}
	through := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { // nobody is there
			w.WriteHeader(http.StatusBadGateway)
		},
		ModifyResponse: func(response *http.Response) error {
			if response.StatusCode < http.StatusMultipleChoices && f.loses != nil && f.loses(r) {
				panic(http.ErrAbortHandler)
			}
			return nil
		},
	}
	through.ServeHTTP(w, r)
}

// shop returns the client of a service that calls through the front.
func (f *front) shop(t *testing.T) *client.Client {
	t.Helper()
	florin, err := client.New(f.url, client.Config{Token: client.Static(f.s.token("svc_shop", "service"))})
	require.NoError(t, err)
	t.Cleanup(florin.Close)
	return florin
}

// yens is an amount of yen.
func yens(amount string) client.Money { return client.Money{Amount: amount, Asset: "JPY"} }

// A shop's program: it opens wallets, is paid, sets money aside, reads what it wrote, and is refused.
func TestTheGoClient(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ctx, florin := t.Context(), newFront(s).shop(t).Session("")
	buyer, err := florin.CreateWallet(ctx, nil, client.CreateWallet{OwnerID: "usr_ann", Name: "Ann", Metadata: client.Metadata{"shop": "7"}})
	require.NoError(t, err)
	seller, err := florin.CreateWallet(ctx, nil, client.CreateWallet{OwnerID: "usr_bob"})
	require.NoError(t, err)
	_, err = florin.CreditWallet(ctx, buyer.ID, nil, client.AdjustWallet{Amount: yens("1000"), Account: "equity:opening"})
	require.NoError(t, err)

	var a client.Answer
	paid, err := florin.CreateTransfer(ctx, &client.CreateTransferParams{IdempotencyKey: "order-1"},
		client.CreateTransfer{FromWallet: buyer.ID, ToWallet: seller.ID, Amount: yens("300"), Reference: "order-1"}, client.Note(&a))
	require.NoError(t, err)
	assert.Equal(t, paid.Position, a.Position)
	assert.False(t, a.Replayed)
	again, err := florin.CreateTransfer(ctx, &client.CreateTransferParams{IdempotencyKey: "order-1"},
		client.CreateTransfer{FromWallet: buyer.ID, ToWallet: seller.ID, Amount: yens("300"), Reference: "order-1"}, client.Note(&a))
	require.NoError(t, err)
	assert.Equal(t, paid, again)
	assert.True(t, a.Replayed)

	hold, err := florin.CreateHold(ctx, nil, client.CreateHold{WalletID: buyer.ID, Amount: yens("200"), ToWallet: seller.ID})
	require.NoError(t, err)
	hold, err = florin.CaptureHold(ctx, hold.ID, nil, client.CaptureHold{Amount: new(yens("150")), Final: true})
	require.NoError(t, err)
	assert.Equal(t, client.HoldStatusCaptured, hold.Status)
	assert.Equal(t, "150", hold.Captured.Amount)

	got, err := florin.GetWallet(ctx, buyer.ID, nil)
	require.NoError(t, err)
	require.Len(t, got.Balances, 1)
	assert.Equal(t, "550", got.Balances[0].Available, "a session reads what it wrote")
	assert.Equal(t, "0", got.Balances[0].Held)
	assert.Equal(t, client.Metadata{"shop": "7"}, got.Metadata)

	statement, err := florin.GetWalletStatement(ctx, buyer.ID, &client.GetWalletStatementParams{Asset: "JPY"})
	require.NoError(t, err)
	require.Len(t, statement.Closing, 1)
	assert.Equal(t, "550", statement.Closing[0].Available)
	file, err := florin.GetWalletStatementStream(ctx, buyer.ID, &client.GetWalletStatementParams{Format: client.StatementFormatCsv})
	require.NoError(t, err)
	defer file.Body.Close()
	rows, err := csv.NewReader(file.Body).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, "closing", rows[len(rows)-1][0])

	_, err = florin.CreateTransfer(ctx, nil, client.CreateTransfer{FromWallet: buyer.ID, ToWallet: seller.ID, Amount: yens("551")})
	var problem *client.Problem
	require.ErrorAs(t, err, &problem)
	assert.Equal(t, "insufficient-funds", problem.Code)
	assert.Equal(t, http.StatusUnprocessableEntity, problem.Status)
	assert.NotEmpty(t, problem.RequestID)
	_, err = florin.CreateTransfer(ctx, nil, client.CreateTransfer{FromWallet: buyer.ID, ToWallet: seller.ID, Amount: yens("0.5")})
	require.ErrorAs(t, err, &problem)
	assert.Equal(t, "amount-scale", problem.Code)
	require.Len(t, problem.Errors, 1)
	assert.Equal(t, "/amount/amount", problem.Errors[0].Pointer)

	batch, err := florin.CreateTransferBatch(ctx, nil, client.CreateTransferBatch{Transfers: []client.TransferItem{
		{FromWallet: buyer.ID, ToWallet: seller.ID, Amount: yens("500")}, {FromWallet: buyer.ID, ToWallet: seller.ID, Amount: yens("51")},
	}})
	require.NoError(t, err)
	require.Len(t, batch.Results, 2)
	require.NoError(t, batch.Results[0].Problem.Err())
	assert.Equal(t, "insufficient-funds", client.Code(batch.Results[1].Problem.Err()))

	var command client.AcceptedCommand
	_, err = florin.CreateTransfer(ctx, nil, client.CreateTransfer{FromWallet: buyer.ID, ToWallet: seller.ID, Amount: yens("50")}, client.RespondAsync(&command))
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		outcome, err := florin.GetCommand(ctx, command.ID)
		return err == nil && outcome.Status == client.CommandStatusDone
	}, 10*time.Second, 10*time.Millisecond)
}

// A list is walked page by page, and what is written meanwhile does not disturb it.
func TestTheGoClientWalksLists(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ctx, florin := t.Context(), newFront(s).shop(t).Session("")
	want := make([]string, 7)
	for i := range want {
		wallet, err := florin.CreateWallet(ctx, nil, client.CreateWallet{OwnerID: "usr_ann"})
		require.NoError(t, err)
		want[i] = wallet.ID
	}
	var got []string
	for wallet, err := range client.All(func(cursor string) (client.WalletList, error) {
		return florin.ListWallets(ctx, &client.ListWalletsParams{OwnerID: "usr_ann", Limit: 3, Cursor: cursor})
	}) {
		require.NoError(t, err)
		got = append(got, wallet.ID)
	}
	assert.ElementsMatch(t, want, got)
}

// The answer to the first attempt is lost, and the second comes too early: the money has moved once.
func TestTheGoClientMovesMoneyOnce(t *testing.T) {
	t.Parallel()
	s := startService(t)
	from, to := s.wallet(t, "usr_ann", 1000), s.wallet(t, "usr_bob", 0)
	f := newFront(s)
	var lost, busy atomic.Int32
	f.loses = func(r *http.Request) bool { return r.Method == http.MethodPost && lost.Add(1) == 1 }
	f.answers = func(w http.ResponseWriter, _ *http.Request) bool {
		if lost.Load() == 0 || busy.Add(1) > 1 {
			return false
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	florin := f.shop(t)
	begun := time.Now()
	var a client.Answer
	_, err := florin.CreateTransfer(t.Context(), nil, client.CreateTransfer{FromWallet: from, ToWallet: to, Amount: yens("300")}, client.Note(&a))
	require.NoError(t, err)
	assert.Equal(t, 3, a.Attempts)
	assert.True(t, a.Replayed, "it was done by the first of them")
	assert.GreaterOrEqual(t, time.Since(begun), time.Second, "Retry-After is kept to")
	assert.Len(t, f.keys, 1)
	for key, times := range f.keys {
		assert.NotEmpty(t, key)
		assert.Equal(t, 3, times)
	}
	s.saw(a.Position)
	assert.Equal(t, []string{"700", "0", "0"}, s.balanceOf(t, from))
	assert.Equal(t, []string{"300", "0", "0"}, s.balanceOf(t, to))
	s.verify()
}

// A service that is restarted in the middle, behind a connection that loses every fifth answer, costs its callers
// time and nothing else.
func TestTheGoClientOutlastsARestart(t *testing.T) {
	t.Parallel()
	s := startService(t)
	const callers, each = 4, 50
	from, to := s.wallet(t, "usr_ann", callers*each), s.wallet(t, "usr_bob", 0)
	f := newFront(s)
	var answered atomic.Int32
	f.loses = func(*http.Request) bool { return answered.Add(1)%5 == 0 }
	florin := f.shop(t)

	var done atomic.Int32
	half := make(chan struct{})
	var work errgroup.Group
	for range callers {
		work.Go(func() error {
			for range each {
				_, err := florin.CreateTransfer(t.Context(), nil, client.CreateTransfer{FromWallet: from, ToWallet: to, Amount: yens("1")})
				if err != nil {
					return err
				}
				if done.Add(1) == callers*each/2 {
					close(half)
				}
			}
			return nil
		})
	}
	<-half
	s.restart()
	require.NoError(t, work.Wait())

	assert.Len(t, f.keys, callers*each)
	repeated := 0
	for _, times := range f.keys {
		repeated += times - 1
	}
	assert.GreaterOrEqual(t, repeated, callers*each/5, "answers were lost")
	session := florin.Session("")
	got, err := session.CreateTransfer(t.Context(), nil, client.CreateTransfer{FromWallet: from, ToWallet: to, Amount: yens("1")})
	assert.Equal(t, "insufficient-funds", client.Code(err), "all of it has moved: %v", got)
	s.saw(session.Position())
	assert.Equal(t, []string{"200", "0", "0"}, s.balanceOf(t, to))
	s.verify()
}
