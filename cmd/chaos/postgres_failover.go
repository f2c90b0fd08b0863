package main

import (
	"context"
	"errors"

	"github.com/florinledger/florin/adapters/localpg"
)

// postgresFailover kills the primary with -9 and promotes the standby that commits were confirmed by. Florin finds it by its
// URL, which names both. Then the old primary becomes the new one's standby.
func postgresFailover(ctx context.Context, s *stage) error {
	if err := s.Kill(s.primary); err != nil {
		return err
	}
	if err := s.Postgres(s.standby).Promote(ctx); err != nil {
		return err
	}
	s.primary, s.standby = s.standby, s.primary
	if err := s.answers(ctx, healed); err != nil {
		return err
	}
	return s.follow(ctx)
}

// follow makes a new standby of the server that does not run, and has commits wait for it.
func (s *stage) follow(ctx context.Context) error {
	return errors.Join(s.Forget(s.standby, s.primary), s.Start(ctx, s.standby),
		s.Postgres(s.primary).Confirm(ctx, "FIRST 1 ("+localpg.StandbyName+")"))
}
