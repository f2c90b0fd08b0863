package httpapi

import (
	"math"
	"net/http"
	"strings"

	"github.com/florinledger/florin/adapters/httpapi/request"
)

// routes returns the table of all operations. What is not in it does not exist: New fails when a
// handler is registered for anything else.
func routes() []request.Route {
	const (
		u, s, f, o = request.RoleUser, request.RoleService, request.RoleFinance, request.RoleOperator
		get, post  = http.MethodGet, http.MethodPost
		patch, del = http.MethodPatch, http.MethodDelete

		anyone, admin = request.Anyone, request.AdminOnly
		json          = request.JSONBody

		accounts     = "/v1/ledgers/:ledger/accounts"
		transactions = "/v1/ledgers/:ledger/transactions"
	)
	text, at, flag, amount := request.TextParam, request.TimeParam, request.BoolParam, request.AmountParam
	page := []request.Parameter{request.LimitParam(), request.CursorParam(), request.AtLeastParam()}
	list := []request.Parameter{request.LimitParam(), request.CursorParam()} // of what is read as the last write left it
	atLeast := []request.Parameter{request.AtLeastParam()}
	dryRun := []request.Parameter{request.DryRunParam()}
	with := func(base []request.Parameter, more ...request.Parameter) []request.Parameter {
		return append(more, base...)
	}

	return []request.Route{
		{Method: get, Path: "/livez", Roles: anyone},
		{Method: get, Path: "/readyz", Roles: anyone},
		{Method: get, Path: "/docs", Roles: anyone},
		{Method: get, Path: "/docs/*", Roles: anyone},
		{Method: get, Path: "/openapi.yaml", Roles: anyone},
		{Method: get, Path: "/.well-known/jwks.json", Roles: anyone},

		{Method: post, Path: "/v1/ledgers", Roles: f, Body: json},
		{Method: get, Path: "/v1/ledgers", Roles: f, Query: page},
		{Method: post, Path: "/v1/assets", Roles: f, Body: json},
		{Method: get, Path: "/v1/assets", Roles: f, Query: page},

		{Method: get, Path: accounts, Roles: f | s, Query: with(page, text("prefix"), accountTypeParam(), assetParam())},
		{Method: http.MethodPut, Path: accounts + "/:address", Roles: f, Body: json},
		{Method: get, Path: accounts + "/:address", Roles: f | s, Query: atLeast},
		{Method: get, Path: accounts + "/:address/balances", Roles: f | s, Query: with(atLeast, assetParam())},
		{Method: get, Path: accounts + "/:address/entries", Roles: f | s, Query: with(page, at("from"), at("until"), assetParam(), orderParam())},

		{Method: post, Path: transactions, Roles: f | s, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: transactions, Roles: f | s, Query: with(page,
			text("account"), text("reference"), text("type"), assetParam(),
			amount("amount_gte"), amount("amount_lte"),
			at("from"), at("until"), at("recorded_from"), at("recorded_until"), request.MetadataParam())},
		{Method: post, Path: transactions + "/batch", Roles: f | s, Money: true, Body: request.BatchBody, Query: with(dryRun, modeParam())},
		{Method: get, Path: transactions + "/:id", Roles: f | s, Query: atLeast},
		{Method: post, Path: transactions + "/:id/reverse", Roles: f, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/ledgers/:ledger/trial-balance", Roles: f, Query: with(atLeast, assetParam(), depthParam())},

		{Method: post, Path: "/v1/wallets", Roles: u | s, Body: json},
		{Method: get, Path: "/v1/wallets", Roles: u | s | f, Query: with(page, text("owner_id"), walletStatusParam(), assetParam())},
		{Method: get, Path: "/v1/wallets/:id", Roles: u | s | f, Query: atLeast},
		{Method: patch, Path: "/v1/wallets/:id", Roles: u | s | f, Body: json},
		{Method: get, Path: "/v1/wallets/:id/entries", Roles: u | s | f, Query: with(page, at("from"), at("until"), assetParam(), orderParam())},
		{Method: get, Path: "/v1/wallets/:id/statement", Roles: u | s | f, Stream: true,
			Query: with(atLeast, at("from"), at("until"), assetParam(), statementFormatParam())},
		{Method: post, Path: "/v1/wallets/:id/freeze", Roles: s | f, Body: json},
		{Method: post, Path: "/v1/wallets/:id/unfreeze", Roles: s | f, Body: json},
		{Method: post, Path: "/v1/wallets/:id/close", Roles: u | s | f, Body: json},
		{Method: post, Path: "/v1/wallets/:id/credit", Roles: s | f, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/wallets/:id/debit", Roles: s | f, Money: true, Body: json, Query: dryRun},
		{Method: http.MethodPut, Path: "/v1/wallets/:id/credit-limits/:asset", Roles: f, Body: json},
		{Method: http.MethodPut, Path: "/v1/wallets/:id/spending-limits/:asset", Roles: f, Body: json},
		{Method: post, Path: "/v1/transfers", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/transfers/batch", Roles: s, Money: true, Body: request.BatchBody, Query: with(dryRun, modeParam())},
		{Method: post, Path: "/v1/transfers/split", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/transfers", Roles: u | s, Query: with(page, walletIDParam(), assetParam(), at("from"), at("until"))},
		{Method: get, Path: "/v1/transfers/:id", Roles: u | s, Query: atLeast},
		{Method: get, Path: "/v1/exchange-rates", Roles: u | s | f | o, Query: with(page, assetCodeParam("from"))},
		{Method: get, Path: "/v1/exchange-rates/:from/:to", Roles: u | s | f | o, Query: atLeast},
		{Method: http.MethodPut, Path: "/v1/exchange-rates/:from/:to", Roles: f, Body: json},
		{Method: del, Path: "/v1/exchange-rates/:from/:to", Roles: f},
		{Method: post, Path: "/v1/quotes", Roles: u | s | f, Body: json},
		{Method: get, Path: "/v1/quotes/:id", Roles: u | s | f, Query: atLeast},
		{Method: post, Path: "/v1/exchanges", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/exchanges/:id", Roles: u | s, Query: atLeast},
		{Method: post, Path: "/v1/holds/:id/increase", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/holds", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/holds", Roles: u | s, Query: with(page, walletIDParam(), holdStatusParam())},
		{Method: get, Path: "/v1/holds/:id", Roles: u | s, Query: atLeast},
		{Method: post, Path: "/v1/holds/:id/capture", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/holds/:id/release", Roles: u | s, Money: true, Body: json, Query: dryRun},

		{Method: post, Path: "/v1/payments", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/payments", Roles: u | s | f, Query: with(page,
			walletIDParam(), paymentStatusParam(), text("provider_ref"), at("from"), at("until"))},
		{Method: get, Path: "/v1/payments/:id", Roles: u | s | f, Query: atLeast},
		{Method: post, Path: "/v1/payments/:id/cancel", Roles: u | s | f, Money: true, Body: json, Query: dryRun},

		{Method: post, Path: "/v1/payments/:id/refunds", Roles: s | f, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/payments/:id/refunds", Roles: s | f, Query: page},

		{Method: get, Path: "/v1/risk/rules", Roles: f, Query: []request.Parameter{request.IntParam("version", 1, math.MaxInt32)}},
		{Method: http.MethodPut, Path: "/v1/risk/rules", Roles: f, Body: json, Query: []request.Parameter{request.BoolParam("try")}},
		{Method: get, Path: "/v1/risk/reviews", Roles: f, Query: with(page, reviewStatusParam(), walletIDParam())},
		{Method: get, Path: "/v1/risk/reviews/:id", Roles: f, Query: atLeast},
		{Method: post, Path: "/v1/risk/reviews/:id/allow", Roles: f, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/risk/reviews/:id/refuse", Roles: f, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/suspense", Roles: f, Query: page},
		{Method: get, Path: "/v1/suspense/:id", Roles: f, Query: atLeast},
		{Method: post, Path: "/v1/suspense/:id/assign", Roles: f, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/suspense/:id/book", Roles: f, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/disputes", Roles: f, Query: with(page, walletIDParam(), text("payment_id"), text("status"))},
		{Method: get, Path: "/v1/disputes/:id", Roles: f, Query: atLeast},

		{Method: post, Path: "/v1/withdrawals", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/withdrawals", Roles: u | s | f, Query: with(page,
			walletIDParam(), withdrawalStatusParam(), at("from"), at("until"))},
		{Method: get, Path: "/v1/withdrawals/:id", Roles: u | s | f, Query: atLeast},
		{Method: post, Path: "/v1/withdrawals/:id/cancel", Roles: u | s | f, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/withdrawals/:id/approve", Roles: f, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/withdrawals/:id/send", Roles: f, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/withdrawals/:id/settle", Roles: f, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/withdrawals/:id/fail", Roles: f, Money: true, Body: json, Query: dryRun},

		{Method: post, Path: "/v1/alerts", Roles: u | s, Body: json},
		{Method: get, Path: "/v1/alerts", Roles: u | s, Query: with(page, walletIDParam())},
		{Method: get, Path: "/v1/alerts/:id", Roles: u | s, Query: atLeast},
		{Method: del, Path: "/v1/alerts/:id", Roles: u | s},

		{Method: post, Path: "/v1/schedules", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/schedules", Roles: u | s, Query: with(page, walletIDParam(), scheduleStatusParam())},
		{Method: get, Path: "/v1/schedules/:id", Roles: u | s, Query: atLeast},
		{Method: patch, Path: "/v1/schedules/:id", Roles: u | s, Body: json},
		{Method: del, Path: "/v1/schedules/:id", Roles: u | s},

		{Method: get, Path: "/v1/plans", Roles: anyone, Query: with(page, flag("active")), Rate: ratePlans},
		{Method: post, Path: "/v1/plans", Roles: admin, Body: json},
		{Method: get, Path: "/v1/plans/:code", Roles: anyone, Query: atLeast, Rate: ratePlans},
		{Method: patch, Path: "/v1/plans/:code", Roles: admin, Body: json},
		{Method: post, Path: "/v1/memberships", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: get, Path: "/v1/memberships", Roles: u | s | f, Query: with(page, text("user_id"), planParam(), membershipStateParam())},
		{Method: get, Path: "/v1/memberships/me", Roles: u, Query: atLeast},
		{Method: get, Path: "/v1/memberships/:id", Roles: u | s | f, Query: atLeast},
		{Method: post, Path: "/v1/memberships/:id/cancel", Roles: u | s, Money: true, Body: json, Query: dryRun},
		{Method: post, Path: "/v1/memberships/:id/change", Roles: u | s, Money: true, Body: json, Query: dryRun},

		{Method: post, Path: "/v1/users", Roles: anyone, Body: json, Rate: rateRegister},
		{Method: get, Path: "/v1/users", Roles: s, Query: with(page,
			emailParam(), roleParam(), membershipParam(), at("created_after"), at("created_before"))},
		{Method: post, Path: "/v1/users/confirm", Roles: anyone, Body: json, Rate: rateLink},
		{Method: get, Path: "/v1/users/me", Roles: u, Query: atLeast},
		{Method: patch, Path: "/v1/users/me", Roles: u, Body: json},
		{Method: del, Path: "/v1/users/me", Roles: u},
		{Method: get, Path: "/v1/users/:id", Roles: s, Query: atLeast},
		{Method: patch, Path: "/v1/users/:id", Roles: admin, Body: json},
		{Method: del, Path: "/v1/users/:id", Roles: admin},
		{Method: post, Path: "/v1/password/forgot", Roles: anyone, Body: json, Rate: rateForgot},
		{Method: post, Path: "/v1/password/reset", Roles: anyone, Body: json, Rate: rateLink},
		{Method: post, Path: "/v1/login", Roles: anyone, Body: json, Rate: rateLogin},
		{Method: post, Path: "/v1/token/refresh", Roles: anyone, Body: json, Rate: rateSession},
		{Method: post, Path: "/v1/logout", Roles: anyone, Body: json, Rate: rateSession},
		{Method: post, Path: "/v1/api-keys", Roles: admin, Body: json},
		{Method: get, Path: "/v1/api-keys", Roles: admin, Query: page},
		{Method: del, Path: "/v1/api-keys/:id", Roles: admin},

		{Method: post, Path: "/v1/messages", Roles: u | s, Body: json},
		{Method: get, Path: "/v1/messages", Roles: u, Query: with(page, boxParam(), flag("unread"), text("with"),
			messageParam("thread_id"), text("q"), at("from"), at("until"))},
		{Method: get, Path: "/v1/messages/unread", Roles: u, Query: atLeast},
		{Method: get, Path: messageStreamPath, Roles: u, Stream: true},
		{Method: get, Path: "/v1/messages/:id", Roles: u, Query: atLeast},
		{Method: http.MethodPatch, Path: "/v1/messages/:id", Roles: u, Body: json},
		{Method: http.MethodDelete, Path: "/v1/messages/:id", Roles: u},
		{Method: post, Path: "/v1/messages/:id/read", Roles: u},
		{Method: get, Path: "/v1/messages/:id/history", Roles: u, Query: atLeast},

		{Method: post, Path: "/v1/webhook-endpoints", Roles: s, Body: json},
		{Method: get, Path: "/v1/webhook-endpoints", Roles: s, Query: list},
		{Method: get, Path: "/v1/webhook-endpoints/:id", Roles: s},
		{Method: patch, Path: "/v1/webhook-endpoints/:id", Roles: s, Body: json},
		{Method: del, Path: "/v1/webhook-endpoints/:id", Roles: s},
		{Method: post, Path: "/v1/webhook-endpoints/:id/rotate-secret", Roles: s, Body: json},
		{Method: get, Path: "/v1/webhook-endpoints/:id/deliveries", Roles: s, Query: with(list, deliveryStatusParam())},
		{Method: post, Path: "/v1/webhook-endpoints/:id/redeliver", Roles: s, Body: json},

		{Method: post, Path: "/v1/webhooks/stripe", Roles: anyone, Body: request.WebhookBody},
		{Method: post, Path: "/v1/webhooks/memberships", Roles: anyone, Body: request.WebhookBody},
		{Method: get, Path: "/v1/commands/:id", Roles: u | s | f | o},

		{Method: post, Path: "/v1/reconciliations", Roles: f, Body: json},
		{Method: get, Path: "/v1/reconciliations", Roles: f, Query: list},
		{Method: get, Path: "/v1/reconciliations/:id", Roles: f},
		{Method: get, Path: "/v1/reconciliations/:id/breaks", Roles: f, Query: list},

		{Method: get, Path: "/v1/ops/projections", Roles: f | o},
		{Method: get, Path: "/v1/ops/projections/:name", Roles: f | o},
		{Method: post, Path: "/v1/ops/projections/:name/rebuild", Roles: o, Body: json},
		{Method: post, Path: "/v1/ops/projections/:name/pause", Roles: o, Body: json},
		{Method: post, Path: "/v1/ops/projections/:name/resume", Roles: o},
		{Method: post, Path: "/v1/ops/projections/:name/skip", Roles: o, Body: json},
		{Method: get, Path: "/v1/ops/projections/:name/progress", Roles: o, Stream: true},
		{Method: get, Path: "/v1/ops/reactors", Roles: f | o},
		{Method: get, Path: "/v1/ops/reactors/:name", Roles: f | o},
		{Method: post, Path: "/v1/ops/reactors/:name/skip", Roles: o, Body: json},
		{Method: get, Path: "/v1/ops/dead-letters", Roles: o, Query: with(list, flag("all"))},
		{Method: get, Path: "/v1/ops/dead-letters/:id", Roles: o},
		{Method: post, Path: "/v1/ops/dead-letters/:id/requeue", Roles: o, Body: json},
		{Method: post, Path: "/v1/ops/dead-letters/:id/discard", Roles: o, Body: json},
		{Method: get, Path: "/v1/ops/verify", Roles: f | o},
		{Method: post, Path: "/v1/ops/verify", Roles: o},
	}
}

// messageStreamPath is the route whose answer does not end by itself.
const messageStreamPath = "/v1/messages/stream"

// goesOn reports whether the answer under a path ends when something else does.
func goesOn(path string) bool {
	return path == messageStreamPath || strings.HasPrefix(path, "/v1/ops/projections/") && strings.HasSuffix(path, "/progress")
}

// routeKey names an operation.
type routeKey struct{ method, path string }

// routeTable is the routes by name.
type routeTable map[routeKey]*request.Route

func newRouteTable() routeTable {
	table := make(routeTable)
	for _, rt := range routes() {
		table[routeKey{rt.Method, rt.Path}] = &rt
	}
	return table
}
