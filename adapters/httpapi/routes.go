package httpapi

import "net/http"

// routes returns the table of all operations. What is not in it does not exist: New fails when a
// handler is registered for anything else.
func routes() []route {
	const (
		u, s, f, o = RoleUser, RoleService, RoleFinance, RoleOperator
		get, post  = http.MethodGet, http.MethodPost
		patch, del = http.MethodPatch, http.MethodDelete

		accounts     = "/v1/ledgers/:ledger/accounts"
		transactions = "/v1/ledgers/:ledger/transactions"
	)
	page := []parameter{limitParam(), cursorParam(), atLeastParam()}
	list := []parameter{limitParam(), cursorParam()} // of what is read as the last write left it
	atLeast := []parameter{atLeastParam()}
	dryRun := []parameter{dryRunParam()}
	with := func(base []parameter, more ...parameter) []parameter { return append(more, base...) }

	return []route{
		{method: get, path: "/livez", roles: anyone},
		{method: get, path: "/readyz", roles: anyone},
		{method: get, path: "/docs", roles: anyone},
		{method: get, path: "/docs/*", roles: anyone},
		{method: get, path: "/openapi.yaml", roles: anyone},
		{method: get, path: "/.well-known/jwks.json", roles: anyone},

		{method: post, path: "/v1/ledgers", roles: f, body: jsonBody},
		{method: get, path: "/v1/ledgers", roles: f, query: page},
		{method: post, path: "/v1/assets", roles: f, body: jsonBody},
		{method: get, path: "/v1/assets", roles: f, query: page},

		{method: get, path: accounts, roles: f | s, query: with(page, textParam("prefix"), accountTypeParam(), assetParam())},
		{method: http.MethodPut, path: accounts + "/:address", roles: f, body: jsonBody},
		{method: get, path: accounts + "/:address", roles: f | s, query: atLeast},
		{method: get, path: accounts + "/:address/balances", roles: f | s, query: with(atLeast, assetParam())},
		{method: get, path: accounts + "/:address/entries", roles: f | s, query: with(page, timeParam("from"), timeParam("until"), assetParam(), orderParam())},

		{method: post, path: transactions, roles: f | s, money: true, body: jsonBody, query: dryRun},
		{method: get, path: transactions, roles: f | s, query: with(page,
			textParam("account"), textParam("reference"), textParam("type"), assetParam(),
			amountParam("amount_gte"), amountParam("amount_lte"),
			timeParam("from"), timeParam("until"), timeParam("recorded_from"), timeParam("recorded_until"), metadataParam())},
		{method: post, path: transactions + "/batch", roles: f | s, money: true, body: batchBody, query: with(dryRun, modeParam())},
		{method: get, path: transactions + "/:id", roles: f | s, query: atLeast},
		{method: post, path: transactions + "/:id/reverse", roles: f, money: true, body: jsonBody, query: dryRun},
		{method: get, path: "/v1/ledgers/:ledger/trial-balance", roles: f, query: with(atLeast, assetParam(), depthParam())},

		{method: post, path: "/v1/wallets", roles: u | s, body: jsonBody},
		{method: get, path: "/v1/wallets", roles: u | s | f, query: with(page, textParam("owner_id"), walletStatusParam(), assetParam())},
		{method: get, path: "/v1/wallets/:id", roles: u | s | f, query: atLeast},
		{method: patch, path: "/v1/wallets/:id", roles: u | s | f, body: jsonBody},
		{method: get, path: "/v1/wallets/:id/entries", roles: u | s | f, query: with(page, timeParam("from"), timeParam("until"), assetParam(), orderParam())},
		{method: get, path: "/v1/wallets/:id/statement", roles: u | s | f, stream: true,
			query: with(atLeast, timeParam("from"), timeParam("until"), assetParam(), statementFormatParam())},
		{method: post, path: "/v1/wallets/:id/freeze", roles: s | f, body: jsonBody},
		{method: post, path: "/v1/wallets/:id/unfreeze", roles: s | f, body: jsonBody},
		{method: post, path: "/v1/wallets/:id/close", roles: u | s | f, body: jsonBody},
		{method: post, path: "/v1/wallets/:id/credit", roles: s | f, money: true, body: jsonBody, query: dryRun},
		{method: post, path: "/v1/wallets/:id/debit", roles: s | f, money: true, body: jsonBody, query: dryRun},
		{method: http.MethodPut, path: "/v1/wallets/:id/credit-limits/:asset", roles: f, body: jsonBody},
		{method: http.MethodPut, path: "/v1/wallets/:id/spending-limits/:asset", roles: f, body: jsonBody},
		{method: post, path: "/v1/transfers", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: post, path: "/v1/transfers/batch", roles: s, money: true, body: batchBody, query: with(dryRun, modeParam())},
		{method: post, path: "/v1/transfers/split", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: get, path: "/v1/transfers", roles: u | s, query: with(page, walletIDParam(), assetParam(), timeParam("from"), timeParam("until"))},
		{method: get, path: "/v1/transfers/:id", roles: u | s, query: atLeast},
		{method: get, path: "/v1/exchange-rates", roles: u | s | f | o, query: with(page, assetCodeParam("from"))},
		{method: get, path: "/v1/exchange-rates/:from/:to", roles: u | s | f | o, query: atLeast},
		{method: http.MethodPut, path: "/v1/exchange-rates/:from/:to", roles: f, body: jsonBody},
		{method: del, path: "/v1/exchange-rates/:from/:to", roles: f},
		{method: post, path: "/v1/quotes", roles: u | s | f, body: jsonBody},
		{method: get, path: "/v1/quotes/:id", roles: u | s | f, query: atLeast},
		{method: post, path: "/v1/exchanges", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: get, path: "/v1/exchanges/:id", roles: u | s, query: atLeast},
		{method: post, path: "/v1/holds/:id/increase", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: post, path: "/v1/holds", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: get, path: "/v1/holds", roles: u | s, query: with(page, walletIDParam(), holdStatusParam())},
		{method: get, path: "/v1/holds/:id", roles: u | s, query: atLeast},
		{method: post, path: "/v1/holds/:id/capture", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: post, path: "/v1/holds/:id/release", roles: u | s, money: true, body: jsonBody, query: dryRun},

		{method: post, path: "/v1/payments", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: get, path: "/v1/payments", roles: u | s | f, query: with(page,
			walletIDParam(), paymentStatusParam(), textParam("provider_ref"), timeParam("from"), timeParam("until"))},
		{method: get, path: "/v1/payments/:id", roles: u | s | f, query: atLeast},
		{method: post, path: "/v1/payments/:id/cancel", roles: u | s | f, money: true, body: jsonBody, query: dryRun},

		{method: post, path: "/v1/payments/:id/refunds", roles: s | f, money: true, body: jsonBody, query: dryRun},
		{method: get, path: "/v1/payments/:id/refunds", roles: s | f, query: page},

		{method: post, path: "/v1/withdrawals", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: get, path: "/v1/withdrawals", roles: u | s | f, query: with(page,
			walletIDParam(), withdrawalStatusParam(), timeParam("from"), timeParam("until"))},
		{method: get, path: "/v1/withdrawals/:id", roles: u | s | f, query: atLeast},
		{method: post, path: "/v1/withdrawals/:id/cancel", roles: u | s | f, money: true, body: jsonBody, query: dryRun},
		{method: post, path: "/v1/withdrawals/:id/approve", roles: f, money: true, body: jsonBody, query: dryRun},
		{method: post, path: "/v1/withdrawals/:id/send", roles: f, money: true, body: jsonBody, query: dryRun},
		{method: post, path: "/v1/withdrawals/:id/settle", roles: f, money: true, body: jsonBody, query: dryRun},
		{method: post, path: "/v1/withdrawals/:id/fail", roles: f, money: true, body: jsonBody, query: dryRun},

		{method: post, path: "/v1/alerts", roles: u | s, body: jsonBody},
		{method: get, path: "/v1/alerts", roles: u | s, query: with(page, walletIDParam())},
		{method: get, path: "/v1/alerts/:id", roles: u | s, query: atLeast},
		{method: del, path: "/v1/alerts/:id", roles: u | s},

		{method: post, path: "/v1/schedules", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: get, path: "/v1/schedules", roles: u | s, query: with(page, walletIDParam(), scheduleStatusParam())},
		{method: get, path: "/v1/schedules/:id", roles: u | s, query: atLeast},
		{method: patch, path: "/v1/schedules/:id", roles: u | s, body: jsonBody},
		{method: del, path: "/v1/schedules/:id", roles: u | s},

		{method: get, path: "/v1/plans", roles: anyone, query: with(page, boolParam("active")), rate: ratePlans},
		{method: post, path: "/v1/plans", roles: adminOnly, body: jsonBody},
		{method: get, path: "/v1/plans/:code", roles: anyone, query: atLeast, rate: ratePlans},
		{method: patch, path: "/v1/plans/:code", roles: adminOnly, body: jsonBody},
		{method: post, path: "/v1/memberships", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: get, path: "/v1/memberships", roles: u | s | f, query: with(page, textParam("user_id"), planParam(), membershipStateParam())},
		{method: get, path: "/v1/memberships/me", roles: u, query: atLeast},
		{method: get, path: "/v1/memberships/:id", roles: u | s | f, query: atLeast},
		{method: post, path: "/v1/memberships/:id/cancel", roles: u | s, money: true, body: jsonBody, query: dryRun},
		{method: post, path: "/v1/memberships/:id/change", roles: u | s, money: true, body: jsonBody, query: dryRun},

		{method: post, path: "/v1/users", roles: anyone, body: jsonBody, rate: rateRegister},
		{method: get, path: "/v1/users", roles: s, query: with(page,
			emailParam(), roleParam(), membershipParam(), timeParam("created_after"), timeParam("created_before"))},
		{method: post, path: "/v1/users/confirm", roles: anyone, body: jsonBody, rate: rateLink},
		{method: get, path: "/v1/users/me", roles: u, query: atLeast},
		{method: patch, path: "/v1/users/me", roles: u, body: jsonBody},
		{method: del, path: "/v1/users/me", roles: u},
		{method: get, path: "/v1/users/:id", roles: s, query: atLeast},
		{method: patch, path: "/v1/users/:id", roles: adminOnly, body: jsonBody},
		{method: del, path: "/v1/users/:id", roles: adminOnly},
		{method: post, path: "/v1/password/forgot", roles: anyone, body: jsonBody, rate: rateForgot},
		{method: post, path: "/v1/password/reset", roles: anyone, body: jsonBody, rate: rateLink},
		{method: post, path: "/v1/login", roles: anyone, body: jsonBody, rate: rateLogin},
		{method: post, path: "/v1/token/refresh", roles: anyone, body: jsonBody, rate: rateSession},
		{method: post, path: "/v1/logout", roles: anyone, body: jsonBody, rate: rateSession},
		{method: post, path: "/v1/api-keys", roles: adminOnly, body: jsonBody},
		{method: get, path: "/v1/api-keys", roles: adminOnly, query: page},
		{method: del, path: "/v1/api-keys/:id", roles: adminOnly},

		{method: post, path: "/v1/messages", roles: u | s, body: jsonBody},
		{method: get, path: "/v1/messages", roles: u, query: with(page, boxParam(), boolParam("unread"), textParam("with"),
			messageParam("thread_id"), textParam("q"), timeParam("from"), timeParam("until"))},
		{method: get, path: "/v1/messages/unread", roles: u, query: atLeast},
		{method: get, path: messageStreamPath, roles: u, stream: true},
		{method: get, path: "/v1/messages/:id", roles: u, query: atLeast},
		{method: http.MethodPatch, path: "/v1/messages/:id", roles: u, body: jsonBody},
		{method: http.MethodDelete, path: "/v1/messages/:id", roles: u},
		{method: post, path: "/v1/messages/:id/read", roles: u},
		{method: get, path: "/v1/messages/:id/history", roles: u, query: atLeast},

		{method: post, path: "/v1/webhook-endpoints", roles: s, body: jsonBody},
		{method: get, path: "/v1/webhook-endpoints", roles: s, query: list},
		{method: get, path: "/v1/webhook-endpoints/:id", roles: s},
		{method: patch, path: "/v1/webhook-endpoints/:id", roles: s, body: jsonBody},
		{method: del, path: "/v1/webhook-endpoints/:id", roles: s},
		{method: post, path: "/v1/webhook-endpoints/:id/rotate-secret", roles: s, body: jsonBody},
		{method: get, path: "/v1/webhook-endpoints/:id/deliveries", roles: s, query: with(list, deliveryStatusParam())},
		{method: post, path: "/v1/webhook-endpoints/:id/redeliver", roles: s, body: jsonBody},

		{method: post, path: "/v1/webhooks/stripe", roles: anyone, body: webhookBody},
		{method: get, path: "/v1/commands/:id", roles: u | s | f | o},
	}
}

// messageStreamPath is the one route whose answer does not end by itself.
const messageStreamPath = "/v1/messages/stream"

// routeKey names an operation.
type routeKey struct{ method, path string }

// routeTable is the routes by name.
type routeTable map[routeKey]*route

func newRouteTable() routeTable {
	table := make(routeTable)
	for _, rt := range routes() {
		table[routeKey{rt.method, rt.path}] = &rt
	}
	return table
}
