package readmodel

import (
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// holdRows gathers what a batch of events makes of holds, so that each hold is written once, and all of them by two
// statements: a payment by card is a hold and a capture, and what these cost is most of what it costs.
type holdRows struct {
	placed  []wallet.Hold
	changed []wallet.Hold // of these what an event changes is set
	// where says in which of the two a hold stands, and where.
	where map[string]holdPlace
}

type holdPlace struct {
	placed bool
	at     int
}

func newHoldRows() *holdRows { return &holdRows{where: map[string]holdPlace{}} }

// add takes an event, which has been decoded, if it is of a hold.
func (r *holdRows) add(e *journal.Event) error {
	switch body := e.Body.(type) {
	case wallet.HoldPlaced:
		h, err := wallet.ShowHold(e, e)
		if err != nil {
			return err
		}
		r.where[h.ID] = holdPlace{placed: true, at: len(r.placed)}
		r.placed = append(r.placed, h)
	case wallet.HoldIncreased:
		h := r.row(body.HoldID, e.Position, body.HoldFigures)
		h.Amount.Amount = body.Total
	case wallet.HoldCaptured:
		r.row(body.HoldID, e.Position, body.HoldFigures)
	case wallet.HoldReleased:
		r.row(body.HoldID, e.Position, body.HoldFigures)
	case wallet.HoldExpired:
		r.row(body.HoldID, e.Position, body.HoldFigures)
	}
	return nil
}

// row returns the row of a hold, with its figures as of a position.
func (r *holdRows) row(id string, position int64, f wallet.HoldFigures) *wallet.Hold {
	place, known := r.where[id]
	if !known {
		place = holdPlace{at: len(r.changed)}
		r.where[id] = place
		r.changed = append(r.changed, wallet.Hold{ID: id})
	}
	h := &r.changed
	if place.placed {
		h = &r.placed
	}
	row := &(*h)[place.at]
	row.HoldFigures, row.Version = f, position
	return row
}

// queue queues what was gathered.
func (r *holdRows) queue(b *pgx.Batch, schema string) error {
	if err := queuePlaced(b, schema, r.placed); err != nil {
		return err
	}
	if len(r.changed) == 0 {
		return nil
	}
	c := holdColumns{}
	for i := range r.changed {
		c.add(&r.changed[i])
	}
	b.Queue(sqlOf("wallets_by_index"))
	b.Queue(statement("wallets_set_holds", schema), c.args())
	b.Queue(sqlOf("wallets_by_plan"))
	return nil
}

// queuePlaced queues the rows of new holds.
func queuePlaced(b *pgx.Batch, schema string, placed []wallet.Hold) error {
	if len(placed) == 0 {
		return nil
	}
	c, n := holdColumns{}, len(placed)
	wallets, assets, toWallets, toAccounts := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	descriptions, metadata := make([]string, n), make([]*string, n)
	expires, times := make([]pgtype.Timestamptz, n), make([]pgtype.Timestamptz, n)
	for i := range placed {
		h := &placed[i]
		c.add(h)
		wallets[i], assets[i], toWallets[i], toAccounts[i] = h.WalletID, h.Amount.Asset, h.ToWallet, h.ToAccount
		expires[i] = pgtype.Timestamptz{Time: h.ExpiresAt, Valid: !h.ExpiresAt.IsZero()}
		times[i] = pgtype.Timestamptz{Time: h.CreatedAt, Valid: true}
		descriptions[i] = h.Description
		var err error
		if metadata[i], err = jsonOrNull(h.Metadata, len(h.Metadata)); err != nil {
			return err
		}
	}
	args := c.args()
	args["wallets"], args["assets"], args["to_wallets"], args["to_accounts"] = wallets, assets, toWallets, toAccounts
	args["expires"], args["descriptions"], args["metadata"], args["times"] = expires, descriptions, metadata, times
	b.Queue(statement("wallets_add_holds", schema), args)
	return nil
}

// holdColumns are what changes of holds, by column.
type holdColumns struct {
	ids, captured, released, remaining, statuses []string
	amounts                                      []*string // nil: as it was
	versions                                     []int64
}

func (c *holdColumns) add(h *wallet.Hold) {
	c.ids, c.captured, c.released = append(c.ids, h.ID), append(c.captured, h.Captured), append(c.released, h.Released)
	c.remaining, c.statuses, c.versions = append(c.remaining, h.Remaining), append(c.statuses, string(h.Status)), append(c.versions, h.Version)
	var amount *string
	if h.Amount.Amount != "" {
		amount = &h.Amount.Amount
	}
	c.amounts = append(c.amounts, amount)
}

func (c *holdColumns) args() pgx.NamedArgs {
	return pgx.NamedArgs{
		"ids": c.ids, "amounts": c.amounts, "captured": c.captured, "released": c.released, "remaining": c.remaining,
		"statuses": c.statuses, "versions": c.versions,
	}
}
