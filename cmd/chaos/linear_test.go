package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// at makes a request that was sent and answered at seconds.
func at(sent, back int, r request) *request {
	r.sent, r.back = time.Duration(sent)*time.Second, time.Duration(back)*time.Second
	r.outcome = done
	if r.code != "" {
		r.outcome = refused
	}
	return &r
}

// Wallet 0 pays wallet 1, which each had 1000 before.
func pays(amount, leaves, makes int64) request {
	return request{kind: transfer, amount: amount, after: [2]int64{leaves, makes}}
}

// A history is refused if, and only if, no order of its requests explains what was answered.
func TestLinearizable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		requests []*request
		sound    bool
	}{
		{"nothing", nil, true},
		{"one after the other", []*request{at(0, 1, pays(100, 900, 1100)), at(2, 3, pays(100, 800, 1200))}, true},
		{"at once, in either order", []*request{at(0, 9, pays(100, 800, 1200)), at(0, 9, pays(100, 900, 1100))}, true},
		{"the later one came first", []*request{at(0, 1, pays(100, 800, 1200)), at(2, 3, pays(100, 900, 1100))}, false},
		{"a payment was lost", []*request{at(0, 1, pays(100, 900, 1100)), at(2, 3, pays(50, 950, 1050))}, false},
		{"a payment was made twice", []*request{at(0, 1, pays(100, 900, 1100)), at(2, 3, pays(50, 750, 1250))}, false},
		{"both spent the same", []*request{at(0, 9, pays(600, 400, 1600)), at(0, 9, pays(600, 400, 1600))}, false},
		{"refused for good reason", []*request{at(0, 1, request{kind: transfer, amount: 1001, code: insufficient})}, true},
		{"refused for none", []*request{at(0, 1, request{kind: transfer, amount: 1000, code: insufficient})}, false},
		{"too late to be decided", []*request{at(0, 1, request{kind: transfer, amount: 1, code: expired}), at(2, 3, pays(1, 999, 1001))}, true},
		{
			"a hold, captured in part", []*request{
				at(0, 1, request{kind: place, amount: 300}),
				at(2, 3, request{kind: read, shown: balance{700, 300}, since: time.Second}),
				at(4, 5, request{kind: capture, placed: 300, amount: 100}),
				at(6, 7, pays(1, 899, 1101)),
			}, true,
		},
		{
			"a read between both events of a capture", []*request{
				at(0, 1, request{kind: place, amount: 300}),
				at(2, 9, request{kind: capture, placed: 300, amount: 100}),
				at(3, 4, request{kind: read, shown: balance{700, 200}, since: 3 * time.Second}),
				at(5, 6, request{kind: read, shown: balance{900, 0}, since: 5 * time.Second}),
			}, true,
		},
		{
			"a read between them, and after what followed", []*request{
				at(0, 1, request{kind: place, amount: 300}),
				at(2, 3, request{kind: capture, placed: 300, amount: 100}),
				at(4, 5, pays(1, 899, 1101)),
				at(6, 7, request{kind: read, shown: balance{700, 200}, since: 6 * time.Second}),
			}, false,
		},
		{
			"a write between both events of a capture", []*request{
				at(0, 1, request{kind: place, amount: 300}),
				at(2, 9, request{kind: capture, placed: 300, amount: 100}),
				at(3, 4, pays(1, 699, 1101)),
			}, false,
		},
		{"released, and captured too", []*request{
			at(0, 1, request{kind: place, amount: 300}), at(2, 3, request{kind: release, placed: 300}), at(4, 5, request{kind: capture, placed: 300, amount: 300}),
		}, false},
		{"a read as old as it asked for", []*request{at(0, 1, pays(100, 900, 1100)), at(5, 6, request{kind: read, shown: balance{1000, 0}, since: 0})}, true},
		{"a read from before its own write", []*request{
			at(0, 1, pays(100, 900, 1100)), at(2, 3, pays(100, 800, 1200)), at(5, 6, request{kind: read, shown: balance{1000, 0}, since: 2 * time.Second}),
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.sound, len(linearizable(c.requests)) == 0)
		})
	}
}

// A read shows a balance of the position that it asked for, or of a later one.
func TestStale(t *testing.T) {
	t.Parallel()
	write := func(position int64, r request) *request {
		w := at(0, 1, r)
		w.position = position
		return w
	}
	shows := func(atLeast, position, available int64) *request {
		return write(position, request{kind: read, atLeast: atLeast, shown: balance{available: available}})
	}
	writes := []*request{
		write(20, pays(100, 800, 1200)), write(10, pays(100, 900, 1100)), write(30, pays(100, 700, 1300)),
		write(40, request{kind: place, amount: 300}), write(50, request{kind: capture, placed: 300, amount: 100}),
	}
	half := shows(45, 49, 400)
	half.shown.held = 200
	late := shows(50, 50, 400)
	late.shown.held = 200
	for _, c := range []struct {
		name  string
		read  *request
		sound bool
	}{
		{"of before all writes", shows(9, 9, 1000), true},
		{"of its write", shows(20, 20, 800), true},
		{"of between two writes", shows(25, 25, 800), true},
		{"of a later one", shows(20, 31, 700), true},
		{"of between both events of a capture", half, true},
		{"of between them, after it", late, false},
		{"of the write before", shows(20, 20, 900), false},
		{"of no write at all", shows(9, 30, 850), false},
		{"behind the position that it asked for", shows(20, 19, 800), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.sound, len(stale(append([]*request{c.read}, writes...))) == 0)
		})
	}
}
