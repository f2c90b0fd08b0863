package importing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/florinledger/florin/adapters/httpapi/client"
	"github.com/florinledger/florin/ledger"
)

// dial makes the client that an import calls the service by: it repeats what may pass, with the same key, for as
// long as it was given.
func (c *Config) dial(con console) (*client.Client, error) {
	florin, err := client.New(c.URL, client.Config{
		Token: client.Static(c.Token), Patience: c.Patience, Attempts: math.MaxInt,
		Repeats: func(attempt int, why error) {
			if attempt == 1 { // once for each request
				fmt.Fprintf(con.err, "the service does not answer as it should; asking again for %s (--patience): %v\n", c.Patience, why)
			}
		},
	})
	if err != nil {
		return nil, fmt.Errorf("--url: %w", err)
	}
	return florin, nil
}

// assets returns the scales of all assets that the service knows.
func assets(ctx context.Context, florin *client.Client) (map[string]int32, error) {
	scales := map[string]int32{}
	for asset, err := range client.All(func(cursor string) (client.AssetList, error) {
		return florin.ListAssets(ctx, &client.ListAssetsParams{Limit: pageSize, Cursor: cursor})
	}) {
		if err != nil {
			return nil, err
		}
		scales[asset.Code] = int32(asset.Scale)
	}
	return scales, nil
}

// register makes assets known. One that is known by now with the same scale is done.
func register(ctx context.Context, florin *client.Client, assets []ledger.Asset) error {
	for _, a := range assets {
		if _, err := florin.CreateAsset(ctx, nil, client.CreateAsset{Code: a.Code, Scale: new(int(a.Scale))}); err != nil {
			return fmt.Errorf("register the asset %s with %d decimals: %w", a.Code, a.Scale, err)
		}
	}
	return nil
}

// members are what the problems that an import meets say besides.
type members struct {
	// Account is the one that does not hold enough.
	Account string `json:"account"`
	// Holder is the transaction that has the reference.
	ledger.Holder
}

func membersOf(p *client.Problem) (m members, err error) {
	err = json.Unmarshal(p.Raw, &m)
	return m, err
}

// inWords is a problem of a transaction, for people.
func inWords(p *client.Problem) string {
	said := *p
	if m, err := membersOf(p); err == nil && m.Account != "" && !strings.Contains(said.Detail, m.Account) {
		said.Detail = strings.TrimPrefix(said.Detail+": "+m.Account, ": ")
	}
	return said.Error()
}

// asProblem is the problem that an error is; nil when the service has not answered.
func asProblem(err error) *client.Problem {
	var p *client.Problem
	if !errors.As(err, &p) {
		return nil
	}
	return p
}
