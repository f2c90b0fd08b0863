package stripetest

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Tells has an event happen that is about an object, and returns its id. Nobody is told of it.
func (a *API) Tells(eventType string, about Object, at time.Time) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := fmt.Sprintf("evt_%d", len(a.events)+1)
	a.events = append(a.events, a.example("event", Object{
		"id": id, "type": eventType, "livemode": false, "created": at.Unix(), "data": Object{"object": about},
	}))
	return id
}

// Add adds an object that came into being at Stripe.
func (a *API) Add(o Object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id, _ := o["id"].(string)
	a.objects[id] = o
}

// Settles adds a balance transaction of an object that there is by its id, which may be empty.
func (a *API) Settles(source string, at time.Time, fields Object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	line := Object{"object": "balance_transaction", "fee": 0, "exchange_rate": nil, "created": at.Unix(), "available_on": at.Unix(), "source": nil}
	if source != "" {
		line["source"] = source
	}
	maps.Copy(line, fields)
	a.lines = append(a.lines, line)
}

// expanded has the source of a balance transaction in it, where that is asked for.
func (a *API) expanded(lines []Object, r *http.Request) []Object {
	out := slices.Clone(lines)
	for i, line := range out {
		source, _ := line["source"].(string)
		if o, known := a.objects[source]; known && r.Form.Get("expand[0]") == "data.source" {
			out[i] = maps.Clone(line)
			out[i]["source"] = o
		}
	}
	return out
}

// pageOf is a page of two of what happened, the newest first.
func pageOf(all []Object, r *http.Request) Object {
	from, _ := strconv.ParseInt(r.Form.Get("created[gte]"), 10, 64)
	until, err := strconv.ParseInt(r.Form.Get("created[lt]"), 10, 64)
	if err != nil {
		until = math.MaxInt64
	}
	after, found := r.Form.Get("starting_after"), []Object{}
	for _, e := range slices.Backward(all) {
		created, _ := e["created"].(int64)
		switch {
		case after != "":
			if e["id"] == after {
				after = ""
			}
		case created >= from && created < until:
			found = append(found, e)
		}
	}
	return Object{"object": "list", "has_more": len(found) > 2, "data": found[:min(2, len(found))]}
}
