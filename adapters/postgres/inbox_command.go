package postgres

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// keptCommand is a command as the inbox and the dead letters keep it: JSON, so that an operator can
// read it, with Data as bytes, because what could not be decoded may not be JSON.
type keptCommand struct {
	Type        string `json:"type"`
	Data        []byte `json:"data"`
	Hash        []byte `json:"hash"`
	Actor       string `json:"actor"`
	Deadline    int64  `json:"deadline,omitempty"` // microseconds since 1970
	Correlation []byte `json:"correlation,omitempty"`
	Trace       string `json:"trace,omitempty"`
}

func encodeCommand(c *journal.Command) ([]byte, error) {
	k := keptCommand{Type: c.Type, Data: c.Data, Hash: c.Hash[:], Actor: c.Actor, Trace: c.Trace}
	if !c.Deadline.IsZero() {
		k.Deadline = c.Deadline.UnixMicro()
	}
	if !c.Correlation.IsZero() {
		k.Correlation = c.Correlation[:]
	}
	body, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("command %s: %w", c.ID, err)
	}
	return body, nil
}

// decodeCommand reads what encodeCommand wrote.
func decodeCommand(id journal.CommandID, body []byte) journal.Command {
	var k keptCommand
	err := json.Unmarshal(body, &k)
	c := journal.Command{ID: id, Type: k.Type, Data: k.Data, Actor: k.Actor, Trace: k.Trace}
	if err != nil || fill(c.Hash[:], k.Hash) != nil || (k.Correlation != nil && fill(c.Correlation[:], k.Correlation) != nil) {
		// A copy: the caller's bytes are the connection's.
		return journal.Command{ID: id, Type: journal.Undecodable, Data: append(json.RawMessage(nil), body...)}
	}
	if k.Deadline != 0 {
		c.Deadline = time.UnixMicro(k.Deadline).UTC()
	}
	return c
}
