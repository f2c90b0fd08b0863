package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/adapters/localpg"
)

// clock sets Postgres's clock forward and back, beside the clock that all instances go by. While both differ by little all goes
// on, and what is due is due by the writer's clock; while they differ by much nothing is written, until they agree again.
func clock(ctx context.Context, s *stage) error {
	c, err := s.OwnClock(ctx, s.primary)
	if err != nil {
		return err
	}
	for i, ahead := range []time.Duration{smallOffset, -smallOffset} {
		if err := errors.Join(c.Set(ahead), s.answers(ctx, healed), s.holdOverInTime(ctx, i)); err != nil {
			return fmt.Errorf("%s ahead: %w", ahead, err)
		}
	}
	for _, ahead := range []time.Duration{largeOffset, -largeOffset} {
		if err := c.Set(ahead); err != nil {
			return err
		}
		if err := s.nothingWritten(ctx); err != nil {
			return fmt.Errorf("%s ahead: %w", ahead, err)
		}
		if err := errors.Join(c.Set(0), s.answers(ctx, healed)); err != nil {
			return err
		}
	}
	return c.Remove(ctx)
}

// holdOverInTime sets money aside for a while, and waits until it is back: not before its time, whoever asked for that.
func (s *stage) holdOverInTime(ctx context.Context, i int) error {
	key := fmt.Sprintf("clock-%d-%d", s.loads, i)
	var wallet struct{ ID string }
	if err := s.do(ctx, "/v1/wallets", key, `{}`, &wallet); err != nil {
		return err
	}
	money := fmt.Sprintf(`"amount":{"amount":"%d","asset":%q}`, funds, asset)
	if err := s.do(ctx, "/v1/wallets/"+wallet.ID+"/credit", key+"-funds", `{`+money+`,"account":"equity:opening"}`, nil); err != nil {
		return err
	}
	var hold struct {
		ID        string
		Status    string
		ExpiresAt time.Time `json:"expires_at"`
	}
	body := fmt.Sprintf(`{"wallet_id":%q,%s,"expires_in":%d}`, wallet.ID, money, int(shortHold.Seconds()))
	if err := s.do(ctx, "/v1/holds", key+"-hold", body, &hold); err != nil {
		return err
	}
	path := "/v1/holds/" + hold.ID
	err := until(ctx, healTimeout, func() error {
		a, err := s.caller.must(ctx, path)
		if err == nil {
			err = a.into(&hold)
		}
		if err == nil && hold.Status != "expired" {
			err = fmt.Errorf("hold %s is %s, and was to be over at %s", hold.ID, hold.Status, hold.ExpiresAt)
		}
		return err
	})
	if now := time.Now(); err == nil && now.Before(hold.ExpiresAt) {
		s.findings = append(s.findings, fmt.Sprintf("hold %s is over %s before its time", hold.ID, hold.ExpiresAt.Sub(now)))
	}
	return err
}

// do sends a request until it is settled, and reads the answer.
func (s *stage) do(ctx context.Context, path, key, body string, into any) error {
	a, err := s.caller.settled(ctx, path, key, body)
	if err == nil && a.status >= 300 {
		err = fmt.Errorf("POST %s: %d %s", path, a.status, a.body)
	}
	if err == nil && into != nil {
		err = a.into(into)
	}
	return err
}

// nothingWritten waits until a worker says that the shard is halted, and holds that against the journal while the fault lasts.
func (s *stage) nothingWritten(ctx context.Context) error {
	if err := s.haltSaid(ctx); err != nil {
		return err
	}
	before, err := s.position(ctx)
	if err != nil {
		return err
	}
	if err := s.last(ctx); err != nil {
		return err
	}
	after, err := s.position(ctx)
	if err == nil && after != before {
		s.findings = append(s.findings, fmt.Sprintf("from position %d to %d was written while the shard was halted", before, after))
	}
	return err
}

// position is where the journal ends.
func (s *stage) position(ctx context.Context) (position int64, err error) {
	err = s.super(ctx, localpg.ServiceDatabase, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, "SELECT position FROM shard_head WHERE shard = 0").Scan(&position)
	})
	return position, err
}
