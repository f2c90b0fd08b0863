package main

import (
	"context"
	"errors"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// names knows what people want to be called: the read model has it sealed, and the vault has the keys.
type names struct {
	reads *readmodel.Reads
	keys  seal.Keys
}

// Names implements httpapi.Names.
func (n names) Names(ctx context.Context, ids []string) (map[string]string, error) {
	sealed, err := n.reads.Names(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(sealed))
	for id, text := range sealed {
		key, err := n.keys.Key(ctx, id)
		if errors.Is(err, seal.ErrNoKey) { // erased since
			continue
		}
		if err != nil {
			return nil, err
		}
		name, err := key.Open(users.LabelName, text)
		if err != nil {
			return nil, err
		}
		out[id] = string(name)
	}
	return out, nil
}
