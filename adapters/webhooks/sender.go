package webhooks

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/florinledger/florin/messaging/webhook"
)

// Sender sends what is due. Several of them, in several processes, share the work: each claims what it sends.
type Sender struct {
	ports Ports
	cfg   Config
	log   *slog.Logger
	poll  time.Duration

	endpoints map[string]webhook.Endpoint // as they were at readAt; of Run's own goroutine
	readAt    time.Time

	mu       sync.Mutex
	inFlight map[string]int
	total    int
	failing  map[string]bool // whose last attempt failed: they are tried one at a time
	freed    chan struct{}   // an attempt has ended
	working  sync.WaitGroup
}

// NewSender returns a sender.
func NewSender(ports Ports, log *slog.Logger, cfg Config) *Sender {
	if cfg.Done == nil {
		cfg.Done = func(Outcome) {}
	}
	if cfg.Off == nil {
		cfg.Off = func(webhook.Reason) {}
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.Uint
	}
	return &Sender{
		ports: ports, cfg: cfg, log: log, poll: poll,
		inFlight: map[string]int{}, failing: map[string]bool{}, freed: make(chan struct{}, 1),
	}
}

// Run sends until ctx ends. What is under way then is cut off, and is due again elsewhere, or later. It returns nil.
func (s *Sender) Run(ctx context.Context) error {
	defer s.working.Wait()
	for ctx.Err() == nil {
		pause := s.poll
		if err := s.round(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("webhooks are not sent", "error", err)
			pause = troublePause
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-s.freed:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	return nil
}

// round begins as many attempts as there is room for.
func (s *Sender) round(ctx context.Context) error {
	now := time.Now()
	if err := s.read(ctx, now); err != nil {
		return err
	}
	room := s.room()
	if len(room) == 0 {
		return nil
	}
	claimed, err := s.ports.Store.Claim(ctx, room, now.UTC(), now.Add(inHand).UTC())
	if err != nil {
		return err
	}
	for _, d := range claimed {
		e := s.endpoints[d.EndpointID]
		s.begin(e.ID)
		s.working.Go(func() {
			defer s.end(e.ID)
			s.attempt(ctx, e, d)
		})
	}
	return nil
}

// read reads the endpoints, unless they were read just now.
func (s *Sender) read(ctx context.Context, now time.Time) error {
	if !s.readAt.IsZero() && now.Sub(s.readAt) < endpointsFor {
		return nil
	}
	all := map[string]webhook.Endpoint{}
	for last := ""; ; {
		page, err := s.ports.Directory.Endpoints(ctx, "", last, endpointsPage)
		if err != nil {
			return fmt.Errorf("webhook endpoints: %w", err)
		}
		for _, e := range page {
			last = e.ID
			if e.Status == webhook.Enabled {
				all[e.ID] = e
			}
		}
		if len(page) < endpointsPage {
			break
		}
	}
	s.endpoints, s.readAt = all, now
	return nil
}

// room says how many attempts may begin now, for each endpoint that may have one. An endpoint that fails has one at a
// time: many that time out would be in the way of all others.
func (s *Sender) room() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	left, room := MaxInFlight-s.total, map[string]int{}
	for id := range s.failing {
		if _, there := s.endpoints[id]; !there {
			delete(s.failing, id)
		}
	}
	for id := range s.endpoints { // in another order each time, so that nobody is always the last
		most := MaxPerEndpoint
		if s.failing[id] {
			most = 1
		}
		if n := min(most-s.inFlight[id], left); n > 0 {
			room[id] = n
			left -= n
		}
	}
	return room
}

func (s *Sender) begin(endpointID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight[endpointID]++
	s.total++
}

func (s *Sender) end(endpointID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
	if s.inFlight[endpointID]--; s.inFlight[endpointID] == 0 {
		delete(s.inFlight, endpointID)
	}
	select {
	case s.freed <- struct{}{}:
	default:
	}
}

// note remembers whether an endpoint's last attempt failed.
func (s *Sender) note(endpointID string, failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if failed {
		s.failing[endpointID] = true
		return
	}
	delete(s.failing, endpointID)
}
