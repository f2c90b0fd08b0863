package wallets

import (
	"context"
	"errors"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// GetWalletStatement implements api.StrictServerInterface. The sums are read and checked here, so that what is
// wrong with them is answered as a problem; the lines are read while they are sent.
func (h *Handlers) GetWalletStatement(ctx context.Context, r api.GetWalletStatementRequestObject) (api.GetWalletStatementResponseObject, error) {
	begin, cancel := context.WithTimeout(ctx, request.RequestTimeout)
	defer cancel()
	w, at, err := h.seeWallet(begin, r.ID, r.Params.AtLeast)
	if err != nil {
		return nil, err
	}
	f := wallets.StatementFilter{Wallet: w, Asset: r.Params.Asset, From: r.Params.From, Until: r.Params.Until, UpTo: at}
	if f, err = h.periodOf(begin, f); err != nil {
		return nil, err
	}
	s, err := h.ports.Statements.Statement(begin, f)
	switch {
	case errors.Is(err, wallets.ErrUnbalanced):
		return nil, err
	case err != nil:
		return nil, request.Unavailable(err)
	}
	if r.Params.Format == api.StatementFormatPdf {
		if err := fitsPDF(s); err != nil {
			return nil, err
		}
	}
	if s.OwnerName, err = h.ownerName(begin, w); err != nil {
		return nil, err
	}
	return &statementAnswer{h: h, ctx: ctx, statement: s, format: r.Params.Format}, nil
}

// periodOf completes the period of a statement. Without an end it ends now, after all that the reader has seen,
// by whichever clock that was recorded; without a beginning, it begins with the month that it ends in.
func (h *Handlers) periodOf(ctx context.Context, f wallets.StatementFilter) (wallets.StatementFilter, error) {
	if f.Until.IsZero() {
		f.Until = h.Now()
		seen, err := h.Journal.EventsAt(ctx, handling.MainShard, []int64{f.UpTo})
		if err != nil {
			return f, request.Unavailable(err)
		}
		for i := range seen {
			if after := seen[i].RecordedAt.Add(time.Microsecond); after.After(f.Until) {
				f.Until = after
			}
		}
		f.Until = handling.Time(f.Until)
	}
	if f.From.IsZero() {
		zone, err := f.Wallet.Location()
		if err != nil {
			return f, err
		}
		last := f.Until.Add(-time.Microsecond).In(zone)
		f.From = time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, zone)
	}
	f.From, f.Until = f.From.UTC(), f.Until.UTC()
	if f.Until.Before(f.From) {
		return f, request.NewProblem("invalid-parameter", "until, which is now, must not lie before from")
	}
	return f, nil
}

// fitsPDF refuses a statement that is longer than a PDF takes.
func fitsPDF(s wallets.Statement) error {
	var lines int64
	for _, a := range s.Assets {
		lines += a.Lines
	}
	if lines <= MaxPDFLines {
		return nil
	}
	p := request.NewProblem("statement-too-long", "it has %d lines, and a PDF takes %d: format=csv takes any number", lines, MaxPDFLines)
	p.Members = map[string]any{"lines": lines, "limit": MaxPDFLines}
	return p
}

// ownerName is what the owner of a wallet wants to be called, for those who may read who people are.
func (h *Handlers) ownerName(ctx context.Context, w wallet.Wallet) (string, error) {
	p := request.CallOf(ctx).Principal
	if p.Subject != w.Owner && !p.Roles.Has(request.RoleService|request.RoleAdmin) {
		return "", nil
	}
	names, err := h.ports.Names.Names(ctx, []string{w.Owner})
	if err != nil {
		return "", request.Unavailable(err)
	}
	return names[w.Owner], nil
}
