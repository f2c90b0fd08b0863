package natsbus

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/florinledger/florin/ledger/journal"
)

// Source brings commands to writers. It implements journal.Source.
type Source struct {
	js jetstream.JetStream
}

// NewSource returns a source of what is sent over js.
func NewSource(js jetstream.JetStream) *Source { return &Source{js: js} }

// Receive implements journal.Source. It begins after mark if the stream is the one that mark was
// set in and still reaches so far; a stream that was made anew, or came back with less than was
// read, is read from its first message, for commands that were decided are known by their ids.
// (One that came back with less and has outgrown the mark since is not told apart: what came
// in between is lost like any message that was never stored, and sent again by who needs it.)
func (s *Source) Receive(ctx context.Context, shard journal.Shard, mark journal.Mark, sink func(journal.Delivery) error) error {
	begin := func(_ jetstream.Stream, info *jetstream.StreamInfo) (uint64, error) {
		if mark.Born.Equal(birth(info)) && info.State.LastSeq >= mark.Seq {
			return mark.Seq + 1, nil
		}
		return info.State.FirstSeq, nil
	}
	return follow(ctx, s.js, commandStream(shard), begin, func(born time.Time, batch []jetstream.Msg) error {
		for _, m := range batch {
			seq, err := sequence(m)
			if err != nil {
				return err
			}
			if err := sink(delivery(m.Data(), journal.Mark{Born: born, Seq: seq})); err != nil {
				return err
			}
		}
		return nil
	})
}

// delivery reads a message, or wraps what cannot be read.
func delivery(data []byte, mark journal.Mark) journal.Delivery {
	d, err := journal.ParseDelivery(data)
	if err != nil {
		d = journal.Delivery{Commands: []journal.Command{undecodable(data, mark)}}
	}
	d.Mark = mark
	return d
}

// undecodable makes the command of an unreadable message. Its id is made of the message's place,
// so a message that is delivered again is the same dead letter.
func undecodable(message []byte, mark journal.Mark) journal.Command {
	data, _ := json.Marshal(struct { // bytes always marshal
		Message []byte `json:"message"`
	}{message})
	place := fmt.Sprintf("%s/%d", mark.Born.Format(time.RFC3339Nano), mark.Seq)
	return journal.Command{ID: journal.NewCommandID(journal.Undecodable, place), Type: journal.Undecodable, Data: data, Actor: "florin"}
}

// Trim removes commands that are behind a committed mark, so that a busy hour does not fill the
// stream. Call it now and then. The message at the mark stays: it tells a restarted server where
// its sequence stood. A mark of another stream trims nothing.
func (s *Source) Trim(ctx context.Context, shard journal.Shard, mark journal.Mark) error {
	stream, err := s.js.Stream(ctx, commandStream(shard))
	if err != nil {
		return fmt.Errorf("natsbus: trim commands: %w", err)
	}
	info := stream.CachedInfo()
	if !mark.Born.Equal(birth(info)) || mark.Seq > info.State.LastSeq || mark.Seq <= info.State.FirstSeq {
		return nil
	}
	if err := stream.Purge(ctx, jetstream.WithPurgeSequence(mark.Seq)); err != nil {
		return fmt.Errorf("natsbus: trim commands: %w", err)
	}
	return nil
}
