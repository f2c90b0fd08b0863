package postgres

import (
	"context"
	"strconv"

	"github.com/florinledger/florin/wallet/risk"
)

// RiskRules returns where a version of the rules of risk was set; 0 for those that are live. ok is false when there is none.
func (d *Directory) RiskRules(ctx context.Context, version int64) (at risk.Live, ok bool, err error) {
	id := risk.LiveID
	if version != 0 {
		id = strconv.FormatInt(version, 10)
	}
	return lookUp(ctx, d.pool, risk.LiveRules(), id)
}
