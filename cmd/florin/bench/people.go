package bench

import (
	"context"
	"fmt"
	"net/http"
)

const (
	// people is how many people are registered to be read and written to, where nobody is: far fewer than may
	// register from one address in an hour.
	people = 10
	// peoplePage is how many of those who are there are used.
	peoplePage = 200
)

// somePeople returns the ids of people, who are registered where there are none.
func (b *Bench) somePeople(ctx context.Context) ([]string, error) {
	type person struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	var there struct {
		Data []person `json:"data"`
	}
	if err := b.target.ask(ctx, http.MethodGet, fmt.Sprintf("/v1/users?limit=%d", peoplePage), "", nil, &there); err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	var ids []string
	for _, p := range there.Data {
		if p.Status == "active" {
			ids = append(ids, p.ID)
		}
	}
	for n := len(ids); n < people; n++ {
		var registered person
		body := fmt.Sprintf(`{"email":"bench-%s-%d@example.com","password":"%s-%d-benchmark","display_name":"Benchmark %d"}`,
			b.requests.run, n, b.requests.run, n, n)
		if err := b.target.askBusy(ctx, http.MethodPost, "/v1/users", fmt.Sprintf("bench-%s-user-%d", b.requests.run, n), body, &registered); err != nil {
			return nil, fmt.Errorf("register a user: %w", err)
		}
		ids = append(ids, registered.ID)
	}
	return ids, nil
}

// readUsers is the workload that reads people, all alike.
func (b *Bench) readUsers(ctx context.Context) (workload, error) {
	ids, err := b.somePeople(ctx)
	return workload{maker: func() maker {
		random := source()
		return func(buf []byte) []byte {
			buf = append(buf, b.requests.head(http.MethodGet, "/v1/users/"+ids[random.IntN(len(ids))])...)
			return append(buf, "\r\n"...)
		}
	}}, err
}

// sendMessages is the workload in which a service writes to people, all alike.
func (b *Bench) sendMessages(ctx context.Context) (workload, error) {
	ids, err := b.somePeople(ctx)
	return workload{maker: func() maker {
		random := source()
		return func(buf []byte) []byte {
			body := fmt.Appendf(nil, `{"to":%q,"subject":"Benchmark","body":"Number %d: your parcel has arrived and waits at the desk."}`,
				ids[random.IntN(len(ids))], b.requests.serial.Add(1))
			buf = append(buf, b.requests.head(http.MethodPost, "/v1/messages")...)
			return appendBody(append(buf, "Content-Type: application/json"...), body)
		}
	}}, err
}
