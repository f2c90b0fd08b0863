package wallets

import (
	"cmp"
	"context"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/exchange"
	wallets "github.com/florinledger/florin/wallet/query"
)

// CreateQuote implements api.StrictServerInterface.
func (h *Handlers) CreateQuote(ctx context.Context, r api.CreateQuoteRequestObject) (api.CreateQuoteResponseObject, error) {
	as := handling.ActingForAnybody(request.CallOf(ctx).Principal)
	c := exchange.IssueQuote{As: as, Owner: cmp.Or(r.Body.OwnerID, as.Principal), Rate: r.Body.Rate}
	var err error
	if c.From, err = sideAt("/from", r.Body.From); err != nil {
		return nil, err
	}
	if c.To, err = sideAt("/to", r.Body.To); err != nil {
		return nil, err
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{CommandType: exchange.CommandIssueQuote, Data: c, Key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateQuote202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	q, err := h.IssuedOf(a)
	return api.CreateQuote201JSONResponse(q), err
}

// sideAt reads one side of a quote. Money without an amount is not an asset alone: what is missing was meant to
// be there.
func sideAt(pointer string, v api.AssetOrMoney) (exchange.Side, error) {
	switch {
	case v.Money == nil:
		return exchange.Side{Asset: v.Asset}, nil
	case v.Money.Amount == "":
		return exchange.Side{}, request.FieldProblem("invalid-field", pointer+"/amount", "%s", ledger.ErrAmountForm.Error())
	}
	return exchange.Side{Amount: v.Money.Amount, Asset: v.Money.Asset}, nil
}

// IssuedOf shows the quote that a command issued.
func (h *Handlers) IssuedOf(a journal.Answer) (api.Quote, error) {
	e, _, err := handling.Only[exchange.Quoted](h.Registry, a)
	if err != nil {
		return api.Quote{}, err
	}
	q, err := exchange.ShowQuote(e)
	return quoteOf(q), err
}

// GetQuote implements api.StrictServerInterface. The id names the quote's place in the journal; whether it was
// used, the read model says.
func (h *Handlers) GetQuote(ctx context.Context, r api.GetQuoteRequestObject) (api.GetQuoteResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	e, err := h.placed(ctx, "quo", r.ID, exchange.TypeQuoteIssued)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, &request.Problem{Code: "quote-not-found"}
	}
	q, err := exchange.ShowQuote(e)
	switch {
	case err != nil:
		return nil, err
	case !handling.MaySee(request.CallOf(ctx).Principal, q.Owner):
		return nil, &request.Problem{Code: "quote-not-found"}
	}
	shown := quoteOf(q)
	by, used, err := h.ports.Exchanges.QuoteUse(ctx, r.ID)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case used:
		shown.Status, shown.TransactionID = api.QuoteStatusUsed, by
	case !time.Now().Before(q.ExpiresAt):
		shown.Status = api.QuoteStatusExpired
	}
	return api.GetQuote200JSONResponse(shown), nil
}

// placed returns the event of a type that an id names, decoded; nil when there is none.
func (h *Handlers) placed(ctx context.Context, prefix, id, eventType string) (*journal.Event, error) {
	place, err := journal.ParsePlaceID(prefix, id)
	if err != nil || place.Shard() != handling.MainShard {
		return nil, nil //nolint:nilnil,nilerr // an id that names no place names nothing
	}
	events, err := h.Journal.EventsAt(ctx, handling.MainShard, []int64{place.Position()})
	if err != nil {
		return nil, request.Unavailable(err)
	}
	if len(events) != 1 || !place.Names(&events[0]) || events[0].Type != eventType {
		return nil, nil //nolint:nilnil // nor does one that names something else
	}
	return &events[0], h.Registry.Decode(&events[0])
}

// quoteOf shows a quote as it was issued.
func quoteOf(q exchange.Quote) api.Quote {
	return api.Quote{
		ID: q.QuoteID, OwnerID: q.Owner, Status: api.QuoteStatusOpen, From: api.QuoteSide(q.From), To: api.QuoteSide(q.To),
		Rate: q.Rate, MidRate: q.MidRate, Spread: q.Spread, MinAmount: q.MinAmount, ExpiresAt: handling.Time(q.ExpiresAt), CreatedAt: handling.Time(q.CreatedAt),
	}
}
