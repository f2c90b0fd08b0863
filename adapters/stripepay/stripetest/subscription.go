package stripetest

import (
	"net/http"
)

// Subscribe has somebody buy a subscription on a page.
func (a *API) Subscribe(id, page, price string) Object {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.objects[page]["status"], a.objects[page]["subscription"] = "complete", id
	a.objects[id] = a.example("subscription", Object{
		"id": id, "status": "active", "metadata": a.objects[page]["metadata"], "cancel_at_period_end": false, "cancel_at": nil, "ended_at": nil,
		"items": Object{"object": "list", "has_more": false, "data": []Object{{"id": "si_" + id, "object": "subscription_item", "price": Object{"id": price, "object": "price"}}}},
	})
	return a.objects[id]
}

// subscription changes a subscription, or ends it.
func (a *API) subscription(r *http.Request, o Object) (Object, int, string) {
	switch {
	case o == nil || r.Method == http.MethodDelete && o["status"] == "canceled":
		return nil, http.StatusNotFound, "resource_missing"
	case r.Method == http.MethodDelete:
		o["status"] = "canceled"
		return o, http.StatusOK, ""
	}
	if to := r.PostForm.Get("cancel_at_period_end"); to != "" {
		o["cancel_at_period_end"] = to == "true"
	}
	if to := r.PostForm.Get("items[0][price]"); to != "" {
		items, _ := o["items"].(Object)
		data, _ := items["data"].([]Object)
		data[0]["price"] = Object{"id": to, "object": "price"}
	}
	return o, http.StatusOK, ""
}

// Receive has money of an intent be received, which can be given back then.
func (a *API) Receive(intent string, amount int, currency string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.objects[intent] = a.example("payment_intent", Object{"id": intent, "status": "succeeded", "amount_received": amount, "currency": currency})
}
