package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

// diskFullNats fills the disks of all nodes of NATS. A node that cannot write turns JetStream off: commands travel by the
// inbox, and events are read from the journal. Once there is room each node has to be started again, and all goes on.
func diskFullNats(ctx context.Context, s *stage) error {
	disks, err := s.natsOnDisks(ctx)
	if err != nil {
		return err
	}
	var full []func() bool
	for _, name := range topology.NatsNodes() {
		says, err := s.says(name, noRoom)
		if err != nil {
			return err
		}
		full = append(full, says)
	}
	for _, disk := range disks {
		if err := disk.Fill(); err != nil {
			return err
		}
	}
	err = until(ctx, healTimeout, func() error {
		for _, says := range full {
			if says() {
				return nil
			}
		}
		return errors.New("no node of NATS says that its disk is full")
	})
	if err := errors.Join(err, s.last(ctx), s.answers(ctx, healed)); err != nil {
		return err
	}
	for _, disk := range disks {
		if err := disk.Free(); err != nil {
			return err
		}
	}
	if err := errors.Join(s.natsKilled(), s.natsStarted(ctx), s.answers(ctx, healed), s.natsKilled()); err != nil {
		return err
	}
	for _, disk := range disks {
		if err := disk.Remove(ctx); err != nil {
			return err
		}
	}
	return s.natsStarted(ctx)
}

// natsOnDisks has each node store on a disk of its own.
func (s *stage) natsOnDisks(ctx context.Context) (disks []*topology.Volume, err error) {
	if err := s.CanMount(ctx); err != nil {
		return nil, err
	}
	if err := s.natsKilled(); err != nil {
		return nil, err
	}
	for _, name := range topology.NatsNodes() {
		disk, err := s.Volume(ctx, filepath.Join(s.Dir(), name), roomOnDisk)
		if err != nil {
			return nil, err
		}
		disks = append(disks, disk)
	}
	return disks, errors.Join(s.natsStarted(ctx), s.answers(ctx, healed))
}
