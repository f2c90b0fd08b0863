package stripetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/fixture"
)

// API is a small stand-in for Stripe's API that remembers, which stripe-mock does not: what was opened, and by which
// idempotency key. Its answers are made from Stripe's own examples.
type API struct {
	t      testing.TB
	server *httptest.Server

	mu      sync.Mutex
	objects map[string]Object
	byKey   map[string]string // idempotency key: object
	sent    []Call
	trouble []Trouble
	away    func(Call) bool
	events  []Object // oldest first
	lines   []Object // balance transactions, oldest first
}

// Call is a request that came.
type Call struct {
	Method, Path, Key string
	Form              url.Values
}

// Trouble is what happens to the next call that is made.
type Trouble struct {
	// Status and Code are answered instead of doing anything; no Status: it is done.
	Status int
	Code   string
	// Lost has the answer get lost after it was done.
	Lost bool
}

// NewAPI starts the stand-in, for as long as the test runs.
func NewAPI(t testing.TB) *API {
	t.Helper()
	a := &API{t: t, objects: map[string]Object{}, byKey: map[string]string{}}
	a.server = httptest.NewServer(a)
	t.Cleanup(a.server.Close)
	return a
}

// URL is where it is.
func (a *API) URL() string { return a.server.URL }

// Next has the next calls run into trouble, one each, but for those that list what happened.
func (a *API) Next(trouble ...Trouble) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.trouble = append(a.trouble, trouble...)
}

// Away has calls be answered 503, until another one is told; nil for none.
func (a *API) Away(calls func(Call) bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.away = calls
}

// Sent are the calls that came, but for those that list what happened.
func (a *API) Sent() []Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Call(nil), a.sent...)
}

// Get returns an object as it is by now.
func (a *API) Get(id string) Object {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.objects[id]
}

// Set changes fields of an object, as what a payer does would.
func (a *API) Set(id string, fields Object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for name, value := range fields {
		a.objects[id][name] = value
	}
}

// Forget forgets all idempotency keys, as Stripe does after a day.
func (a *API) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.byKey)
}

// Opened are the ids of the objects of a kind that there are, such as "checkout.session".
func (a *API) Opened(kind string) (ids []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, o := range a.objects {
		if o["object"] == kind {
			ids = append(ids, id)
		}
	}
	return ids
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	switch { // what is asked for at any time
	case strings.HasSuffix(r.URL.Path, "/events"):
		_ = json.NewEncoder(w).Encode(pageOf(a.events, r))
		return
	case strings.HasSuffix(r.URL.Path, "/balance_transactions"):
		_ = json.NewEncoder(w).Encode(pageOf(a.expanded(a.lines, r), r))
		return
	}
	call := Call{r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), r.PostForm}
	a.sent = append(a.sent, call)
	if a.away != nil && a.away(call) {
		refuse(w, http.StatusServiceUnavailable, "api_error")
		return
	}
	var trouble Trouble
	if len(a.trouble) > 0 {
		trouble, a.trouble = a.trouble[0], a.trouble[1:]
	}
	if trouble.Status != 0 {
		refuse(w, trouble.Status, trouble.Code)
		return
	}
	object, status, code := a.do(r)
	switch {
	case trouble.Lost:
		// In the middle: before its beginning, the transport would make the call again by itself.
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte("{"))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case status != http.StatusOK:
		refuse(w, status, code)
	default:
		_ = json.NewEncoder(w).Encode(object)
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	kind := "api_error"
	if status < http.StatusInternalServerError {
		kind = "invalid_request_error"
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(Object{"error": Object{"type": kind, "code": code, "message": "This is " + code + "."}})
}

// do does what a call asks for, once for each key.
func (a *API) do(r *http.Request) (o Object, status int, code string) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	switch last := parts[len(parts)-1]; {
	case r.Method == http.MethodGet && last == "refunds":
		return Object{"object": "list", "has_more": false, "data": a.refundsOf(r.Form.Get("payment_intent"))}, http.StatusOK, ""
	case r.Method == http.MethodGet:
		if o = a.objects[last]; o == nil {
			return nil, http.StatusNotFound, "resource_missing"
		}
		return o, http.StatusOK, ""
	case last == "sessions" || last == "payment_intents":
		return a.open(r, last)
	case last == "refunds":
		return a.refund(r)
	case parts[0] == "subscriptions":
		return a.subscription(r, a.objects[last])
	case last == "expire" || last == "cancel":
		o = a.objects[parts[len(parts)-2]]
		if o == nil {
			return nil, http.StatusNotFound, "resource_missing"
		}
		if o["status"] != "open" && o["status"] != "requires_payment_method" {
			return nil, http.StatusBadRequest, "payment_intent_unexpected_state"
		}
		o["status"] = map[string]string{"expire": "expired", "cancel": "canceled"}[last]
		return o, http.StatusOK, ""
	}
	return nil, http.StatusNotFound, "url_invalid"
}

func (a *API) open(r *http.Request, what string) (Object, int, string) {
	key := r.Header.Get("Idempotency-Key")
	if id, known := a.byKey[key]; known && key != "" {
		return a.objects[id], http.StatusOK, ""
	}
	n, form := len(a.objects)+1, r.PostForm
	metadata := Object{"wallet_id": form.Get("metadata[wallet_id]"), "payment_id": form.Get("metadata[payment_id]")}
	if id := form.Get("metadata[membership_id]"); id != "" {
		metadata = Object{"membership_id": id}
	}
	var o Object
	if what == "sessions" {
		id := fmt.Sprintf("cs_test_%d", n)
		o = a.example("checkout.session", Object{
			"id": id, "status": "open", "payment_status": "unpaid", "payment_intent": nil, "metadata": metadata,
			"currency": form.Get("line_items[0][price_data][currency]"), "url": "https://checkout.stripe.com/c/pay/" + id,
		})
	} else {
		id := fmt.Sprintf("pi_%d", n)
		o = a.example("payment_intent", Object{
			"id": id, "status": "requires_payment_method", "last_payment_error": nil, "currency": form.Get("currency"), "metadata": metadata,
			"client_secret": id + "_secret", "invoice": nil,
		})
	}
	id, _ := o["id"].(string)
	a.objects[id], a.byKey[key] = o, id
	return o, http.StatusOK, ""
}

// refund gives money of an intent back, unless more is asked for than "amount_received" says is left.
func (a *API) refund(r *http.Request) (Object, int, string) {
	key, form := r.Header.Get("Idempotency-Key"), r.PostForm
	if id, known := a.byKey[key]; known && key != "" {
		return a.objects[id], http.StatusOK, ""
	}
	amount, _ := strconv.Atoi(form.Get("amount"))
	left, _ := a.objects[form.Get("payment_intent")]["amount_received"].(int)
	for _, o := range a.refundsOf(form.Get("payment_intent")) {
		taken, _ := o["amount"].(int)
		left -= taken
	}
	if amount > left {
		return nil, http.StatusBadRequest, "charge_already_refunded"
	}
	id := fmt.Sprintf("re_%d", len(a.objects)+1)
	a.objects[id] = a.example("refund", Object{
		"id": id, "status": "succeeded", "amount": amount, "payment_intent": form.Get("payment_intent"), "currency": a.objects[form.Get("payment_intent")]["currency"],
		"metadata": Object{"wallet_id": form.Get("metadata[wallet_id]"), "payment_id": form.Get("metadata[payment_id]"), "refund_id": form.Get("metadata[refund_id]")},
	})
	a.byKey[key] = id
	return a.objects[id], http.StatusOK, ""
}

func (a *API) refundsOf(intent string) []Object {
	found := []Object{}
	for _, o := range a.objects {
		if o["object"] == "refund" && o["payment_intent"] == intent {
			found = append(found, o)
		}
	}
	return found
}

func (a *API) example(resource string, fields Object) Object {
	o, err := fixture.Resource(resource, fields)
	require.NoError(a.t, err)
	return o
}
