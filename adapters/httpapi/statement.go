package httpapi

import (
	"context"
	"errors"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// GetWalletStatement implements api.StrictServerInterface. The sums are read and checked here, so that what is
// wrong with them is answered as a problem; the lines are read while they are sent.
func (h *walletsHandlers) GetWalletStatement(ctx context.Context, r api.GetWalletStatementRequestObject) (api.GetWalletStatementResponseObject, error) {
	begin, cancel := context.WithTimeout(ctx, RequestTimeout)
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
		return nil, away(err)
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
func (h *walletsHandlers) periodOf(ctx context.Context, f wallets.StatementFilter) (wallets.StatementFilter, error) {
	if f.Until.IsZero() {
		f.Until = h.now()
		seen, err := h.Journal.EventsAt(ctx, mainShard, []int64{f.UpTo})
		if err != nil {
			return f, away(err)
		}
		for i := range seen {
			if after := seen[i].RecordedAt.Add(time.Microsecond); after.After(f.Until) {
				f.Until = after
			}
		}
		f.Until = shown(f.Until)
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
		return f, newProblem("invalid-parameter", "until, which is now, must not lie before from")
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
	p := newProblem("statement-too-long", "it has %d lines, and a PDF takes %d: format=csv takes any number", lines, MaxPDFLines)
	p.Members = map[string]any{"lines": lines, "limit": MaxPDFLines}
	return p
}

// ownerName is what the owner of a wallet wants to be called, for those who may read who people are.
func (h *walletsHandlers) ownerName(ctx context.Context, w wallet.Wallet) (string, error) {
	p := callOf(ctx).principal
	if p.Subject != w.Owner && !p.Roles.Has(RoleService|RoleAdmin) {
		return "", nil
	}
	names, err := h.ports.Names.Names(ctx, []string{w.Owner})
	if err != nil {
		return "", away(err)
	}
	return names[w.Owner], nil
}
