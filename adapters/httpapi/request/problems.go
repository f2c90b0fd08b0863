package request

import (
	"net/http"
	"slices"
)

// Retry says what a caller does about a problem.
type Retry string

// What a caller may do.
const (
	// RetryNever: the same request will be answered the same; change it.
	RetryNever Retry = "never"
	// RetryNewKey: the refusal is recorded under the key; when things have changed, ask again under
	// a new one.
	RetryNewKey Retry = "new key"
	// RetrySameKey: no outcome is known; send the same request with the same key after Retry-After.
	RetrySameKey Retry = "same key"
)

// ProblemRow is one code: everything that depends on the code alone.
type ProblemRow struct {
	Code   string
	Status int
	Retry  Retry
	// Title is the rule in one sentence; it stands in every answer.
	Title string
	// Explanation is what docs/errors.md adds: what to do about it.
	Explanation string
}

// Codes that more than one place knows.
const (
	// CodeDead is the code of a command that could not be decided.
	CodeDead = "command-dead"
	// CodeRefusedByRisk is the code of a payment that rules refuse.
	CodeRefusedByRisk = "payment-refused-by-risk"
	// CodeProviderRefused is the code of what a provider would not do.
	CodeProviderRefused = "provider-refused"
)

// Problems returns every code that the service answers with, in the order of docs/errors.md.
func Problems() []ProblemRow { return slices.Clone(problemTable[:]) }

// ProblemRowOf returns the row of a code, or that of "internal".
func ProblemRowOf(code string) (row ProblemRow, known bool) {
	for i := range problemTable {
		if problemTable[i].Code == code {
			return problemTable[i], true
		}
	}
	return problemTable[internalRow], false
}

// internalRow is the place of "internal", which stands for every code that has no row.
const internalRow = 0

// problemTable is the only place that knows the status and the title of a code.
//
//nolint:gochecknoglobals // a table that is fixed when the program is compiled
var problemTable = [...]ProblemRow{
	{"internal", http.StatusInternalServerError, RetrySameKey, "Something broke inside the service.", "What broke is in the service's log under the request_id. No outcome is known: repeat the request with the same key."},
	{CodeDead, http.StatusInternalServerError, RetryNewKey, "The command could not be decided, and an operator was told.", "Nothing was done. It is recorded: the same key is answered the same. Ask again under a new key once the cause is mended."},

	{"malformed-body", http.StatusBadRequest, RetryNever, "The body is not one well-formed JSON document.", "It is empty, broken, followed by something else, names a member twice, carries U+0000, or nests too deep; errors points at the place."},
	{"invalid-field", http.StatusBadRequest, RetryNever, "A field does not have the form it must have.", "errors points at each field and says what it must look like."},
	{"amount-scale", http.StatusBadRequest, RetryNever, "The amount has more decimals than its asset.", "It is refused rather than rounded; the scale of an asset never changes."},
	{"hold-not-due", http.StatusBadRequest, RetryNever, "The hold does not expire yet.", "No request is answered so: Florin itself asks when a hold is due, and asks again."},
	{"schedule-not-due", http.StatusBadRequest, RetryNever, "The schedule is not due yet.", "No request is answered so: Florin itself asks when a schedule is due, and asks again."},
	{"membership-not-due", http.StatusBadRequest, RetryNever, "Nothing of the membership is due yet.", "No request is answered so: Florin itself asks when a day has passed, and asks again."},
	{"unknown-field", http.StatusBadRequest, RetryNever, "The body has a field that the route does not know.", "Names are matched exactly, case included; errors points at the field."},
	{"unknown-parameter", http.StatusBadRequest, RetryNever, "The query has a parameter that the route does not know.", "It is refused so that a misspelt filter is not taken for no filter."},
	{"invalid-parameter", http.StatusBadRequest, RetryNever, "A parameter of the path, the query or a header does not have the form it must have.", "The detail names it and says what it must look like."},
	{"invalid-cursor", http.StatusBadRequest, RetryNever, "The cursor was not given out for this list.", "A cursor is good only as it was given, for the same route and the same filters. Start again without one."},
	{"invalid-signature", http.StatusBadRequest, RetryNever, "The webhook's signature does not belong to its body.", "The secret, the body or the timestamp is another than the provider signed."},
	{"livemode-mismatch", http.StatusBadRequest, RetryNever, "The event is of another mode than the endpoint: test and live do not mix.", "Point the provider's test mode at a service of its own."},
	{"idempotency-key-missing", http.StatusBadRequest, RetryNever, "The route moves money and needs an Idempotency-Key header.", "Give each intent a name of its own, and repeat it with that name until it is answered."},
	{"idempotency-key-invalid", http.StatusBadRequest, RetryNever, "The Idempotency-Key header does not have the form it must have.", "One header of 1 to 255 printable ASCII characters."},

	{"unauthenticated", http.StatusUnauthorized, RetryNever, "The request has no valid bearer token.", "The token is missing, malformed, expired, or not signed by a key of this service."},
	{"invalid-credentials", http.StatusUnauthorized, RetryNever, "Nobody signs in with this address and password.", "It is not said whether there is an account. A new one signs in once its address is confirmed: the right password has the mail sent again."},
	{"refresh-token-invalid", http.StatusUnauthorized, RetryNever, "The refresh token counts no more.", "It was taken before, which ends its session, or the session is over: signed out, password changed, not refreshed in time. Sign in again."},
	{"forbidden", http.StatusForbidden, RetryNever, "The caller may not do this.", "No role of the caller is one that the route takes; they stand in its description."},
	{"owner-forbidden", http.StatusForbidden, RetryNewKey, "Only a service opens a wallet for somebody else.", "Leave owner_id out to open one's own."},
	{"forbidden-for-payer", http.StatusForbidden, RetryNewKey, "Who pays may neither capture nor release a hold: that is for the payee.", "The payee's owner, or a service, does."},
	{"forbidden-for-payee", http.StatusForbidden, RetryNewKey, "Who is paid may not increase a hold: it is the payer's money.", "The payer, or a service, sets more aside."},
	{"second-person-required", http.StatusForbidden, RetryNewKey, "A withdrawal is approved by somebody else than who requested it or owns the wallet.", "Have a colleague look at it."},
	{"time-zone-forbidden", http.StatusForbidden, RetryNewKey, "Only a service or finance changes the time zone of a wallet with spending limits.", "Its days are what the limits are counted by."},
	{"quote-terms-forbidden", http.StatusForbidden, RetryNewKey, "Only a service or finance names a rate, or has a quote issued for somebody else.", "Leave rate and owner_id out to be quoted by the table."},
	{"roles-forbidden", http.StatusForbidden, RetryNewKey, "Only an administrator gives and takes roles.", "Leave roles out, or have an administrator set them."},
	{"not-author", http.StatusForbidden, RetryNewKey, "Only who wrote a message changes it.", "What others wrote can be hidden for oneself, and answered."},
	{"not-recipient", http.StatusForbidden, RetryNewKey, "Only who got a message marks it as read.", "What one wrote oneself has no read mark to set; read_at says when the other side set theirs."},
	{"not-found", http.StatusNotFound, RetryNever, "There is nothing under this address.", "Or nothing that the caller may know of."},
	{"ledger-not-found", http.StatusNotFound, RetryNewKey, "There is no ledger of that name.", "Ledgers are opened with POST /v1/ledgers; main exists from the start."},
	{"transaction-not-found", http.StatusNotFound, RetryNewKey, "The ledger has no such transaction.", "Ids are of one ledger: ask the one that the transaction was recorded in."},
	{"wallet-not-found", http.StatusNotFound, RetryNewKey, "There is no such wallet.", "Or it is somebody else's."},
	{"hold-not-found", http.StatusNotFound, RetryNewKey, "There is no such hold.", "Or the caller has no part in it."},
	{"withdrawal-not-found", http.StatusNotFound, RetryNewKey, "There is no such withdrawal.", "Or it is somebody else's."},
	{"suspense-not-found", http.StatusNotFound, RetryNewKey, "There is no such item in suspense.", "What was held may have been booked."},
	{"dispute-not-found", http.StatusNotFound, RetryNewKey, "There is no such dispute.", "Its id is not one that a list or a webhook gave."},
	{"payment-not-found", http.StatusNotFound, RetryNewKey, "There is no such payment.", "Or it is somebody else's."},
	{"review-not-found", http.StatusNotFound, RetryNewKey, "There is no such review.", "GET /v1/risk/reviews lists those that there are."},
	{"risk-rules-not-found", http.StatusNotFound, RetryNever, "There was no such version of the rules.", "Versions count from 1; without one, the rules that are live are answered."},
	{"alert-not-found", http.StatusNotFound, RetryNewKey, "There is no such alert.", "It was deleted, or ended with its wallet, or it is somebody else's."},
	{"exchange-rate-not-found", http.StatusNotFound, RetryNewKey, "The pair of assets is not listed in the table of rates.", "GET /v1/exchange-rates lists those that are. A pair does not stand for its inverse."},
	{"quote-not-found", http.StatusNotFound, RetryNewKey, "There is no such quote.", "Or it is somebody else's."},
	{"schedule-not-found", http.StatusNotFound, RetryNewKey, "There is no such schedule.", "Or it is somebody else's."},
	{"plan-not-found", http.StatusNotFound, RetryNewKey, "There is no such plan.", "GET /v1/plans lists those that there are."},
	{"membership-not-found", http.StatusNotFound, RetryNewKey, "There is no such membership.", "Or it is somebody else's, or the caller never had one."},
	{"user-not-found", http.StatusNotFound, RetryNewKey, "There is no such user.", "Or the user is erased: who was erased does not come back."},
	{"api-key-not-found", http.StatusNotFound, RetryNewKey, "There is no such API key.", "A key is named by its id, key_…, not by its secret."},
	{"message-not-found", http.StatusNotFound, RetryNewKey, "There is no such message.", "Or the caller has no part in it, or has deleted it."},
	{"webhook-endpoint-not-found", http.StatusNotFound, RetryNewKey, "There is no such webhook endpoint.", "Or another service made it."},
	{"dead-letter-not-found", http.StatusNotFound, RetryNever, "There is no such dead letter, or its event has been taken since.", "No command of that id ended as one, or nobody stands before that event."},
	{"webhook-delivery-not-found", http.StatusNotFound, RetryNever, "The webhook endpoint has no such delivery.", "What was delivered is kept for 7 days, what was given up for 30."},
	{"method-not-allowed", http.StatusMethodNotAllowed, RetryNever, "The address does not take this method.", "The Allow header lists those it takes."},
	{"body-too-large", http.StatusRequestEntityTooLarge, RetryNever, "The body is larger than the route takes.", "Split it: a batch takes 16 MiB and 10,000 transactions, everything else 1 MiB."},
	{"unsupported-media-type", http.StatusUnsupportedMediaType, RetryNever, "The route does not take bodies of this content type.", "Bodies are application/json in UTF-8; a batch may be application/x-ndjson."},
	{"too-many-requests", http.StatusTooManyRequests, RetrySameKey, "The caller sends more requests than it may.", "Slow down, and repeat the request after Retry-After."},

	{"reference-taken", http.StatusConflict, RetryNewKey, "Another transaction of the ledger has this reference.", "A reference names one transaction of a ledger, for ever."},
	{"already-reversed", http.StatusConflict, RetryNewKey, "The transaction was reversed before.", "A transaction is reversed once; its reversed_by names the reversal."},
	{"ledger-taken", http.StatusConflict, RetryNewKey, "A ledger of that name exists already.", "Names are for ever: choose another."},
	{"asset-taken", http.StatusConflict, RetryNewKey, "The asset is known with another scale, and a scale never changes.", "scale says which; register the unit under another code."},
	{"email-taken", http.StatusConflict, RetryNewKey, "The email address is taken.", "Nothing was changed: keep the old address, or choose another one. Only administrators are told so, and who confirms an address that somebody else took meanwhile."},
	{"email-retired", http.StatusConflict, RetryNewKey, "The email address was given up at this moment: try again.", "Its last holder let go of it while the request was on its way. The address is free now."},
	{"plan-taken", http.StatusConflict, RetryNewKey, "There is a plan of this code already.", "Change that one, or choose another code."},
	{"dead-letter-resolved", http.StatusConflict, RetryNever, "The dead letter has been dealt with in another way.", "It was requeued, or discarded, by somebody else: look at it."},
	{"version-mismatch", http.StatusPreconditionFailed, RetryNewKey, "The object has another version by now.", "Somebody changed it in between: read it again and decide anew."},

	{"insufficient-funds", http.StatusUnprocessableEntity, RetryNewKey, "The account does not hold enough.", "needed and available say how much was missing, in account and asset."},
	{"dead-letter-unreadable", http.StatusUnprocessableEntity, RetryNever, "What the command asks for cannot be read, so it cannot be asked for again.", "Discard it, and have whoever sent it send it again under a new key."},
	{"unbalanced", http.StatusUnprocessableEntity, RetryNever, "Debits and credits must be equal in every asset.", "In every asset of a transaction the sum of the debits is the sum of the credits."},
	{"unknown-asset", http.StatusUnprocessableEntity, RetryNewKey, "The asset is not registered.", "ISO 4217 is registered from the start, others with POST /v1/assets."},
	{"account-frozen", http.StatusUnprocessableEntity, RetryNewKey, "The account is frozen: nothing may be taken from it.", "It takes money in, and gives none out until finance unfreezes it, except for what already happened."},
	{"owned-account", http.StatusUnprocessableEntity, RetryNever, "The account belongs to a domain; only that domain posts to it and sets its rules.", "Wallets, deferred revenue, entitlements and a provider's accounts are moved by their own routes."},
	{"use-domain-undo", http.StatusUnprocessableEntity, RetryNever, "The transaction was made by a domain and is undone there: release, refund or cancel.", "What a domain made has consequences there, which a bare reversal would leave standing."},
	{"precondition-failed", http.StatusUnprocessableEntity, RetryNewKey, "A balance is not what the request said it must be.", "The balance has moved since it was read: read it again and decide anew."},
	{"effective-in-future", http.StatusUnprocessableEntity, RetryNewKey, "The effective time lies in the future; a schedule is the way to post later.", "Clocks may differ by a minute, no more."},
	{"wallet-frozen", http.StatusUnprocessableEntity, RetryNewKey, "The wallet is frozen: it takes money in and gives none out.", "It was overdrawn by what happened outside; it is unfrozen once somebody has looked at it."},
	{"wallet-closed", http.StatusUnprocessableEntity, RetryNewKey, "The wallet is closed.", "A closed wallet neither takes money in nor gives any out, for ever."},
	{"wallet-not-empty", http.StatusUnprocessableEntity, RetryNewKey, "The wallet is not empty: it is closed when nothing is left in it.", "left says what there is; what is held, pending or disputed counts too."},
	{"credit-limit-in-use", http.StatusUnprocessableEntity, RetryNewKey, "More of the credit is used than the new limit would grant.", "used says how much."},
	{"spending-limit-exceeded", http.StatusUnprocessableEntity, RetryNewKey, "The wallet may not give out so much.", "limit says which of its limits, allowed how much that is; of per_day, used says how much of the day is spent, and ends_at when the day ends."},
	{"schedule-ended", http.StatusUnprocessableEntity, RetryNewKey, "The schedule has ended.", "It is kept to be read and never runs again: make another one."},
	{"plan-inactive", http.StatusUnprocessableEntity, RetryNewKey, "The plan is not sold any more.", "Who has it keeps it. GET /v1/plans?active=true lists what can be bought."},
	{"membership-exists", http.StatusUnprocessableEntity, RetryNewKey, "There is a membership already: it is changed, or canceled first.", "membership_id says which one. One has one at a time."},
	{"membership-ended", http.StatusUnprocessableEntity, RetryNewKey, "The membership has ended.", "It has lapsed, or was canceled: buy another one."},
	{"membership-in-grace", http.StatusUnprocessableEntity, RetryNewKey, "The membership is not paid for: it is renewed before it is changed.", "Put money into its wallet: it is tried again once a day. Or cancel it, and buy one of the other plan."},
	{"membership-unchanged", http.StatusUnprocessableEntity, RetryNewKey, "The membership is so already.", "It is of that plan and is renewed, or ends with its period as it is asked to."},
	{"plan-not-billed", http.StatusUnprocessableEntity, RetryNewKey, "The plan has no price at the payment provider.", "Give it a provider_price, or buy it from a wallet."},
	{"membership-asked", http.StatusUnprocessableEntity, RetryNewKey, "The provider is being asked for something else of the membership.", "Read it until asked is gone, which takes seconds, and ask again. Of one that is pending the page is being opened."},
	{"membership-elsewhere", http.StatusUnprocessableEntity, RetryNewKey, "The membership is sold by another system, which has to be asked.", "provider says which. What is changed there is told to Florin."},
	{"membership-behind", http.StatusUnprocessableEntity, RetryNewKey, "Days of the membership that have passed are still being booked.", "The service was stopped for a long time. Ask again in a few seconds."},
	{"hold-closed", http.StatusUnprocessableEntity, RetryNewKey, "The hold is closed: nothing of it remains.", "It was captured whole, or released; hold_status says which."},
	{"hold-expired", http.StatusUnprocessableEntity, RetryNewKey, "The hold has expired: what remained of it goes back to the wallet.", "expires_at says when. From that moment on the answer is the same, whether or not the money is back yet."},
	{"too-many-expiring-holds", http.StatusUnprocessableEntity, RetryNewKey, "Too many holds of the wallet are open that will expire.", "limit says how many there may be. One that ends makes room; one that never expires needs none."},
	{"capture-too-large", http.StatusUnprocessableEntity, RetryNewKey, "The capture is larger than what remains of the hold.", "remaining says how much that is."},
	{"withdrawal-wrong-status", http.StatusUnprocessableEntity, RetryNewKey, "The withdrawal is not in a state in which this can be done.", "withdrawal_status says where it stands. Its owner cancels it until it is approved, services and finance until it is sent; it is settled or failed once it is approved."},
	{"payment-wrong-status", http.StatusUnprocessableEntity, RetryNewKey, "The payment is not in a state in which this can be done.", "payment_status says where it stands. It is canceled until it is paid."},
	{CodeRefusedByRisk, http.StatusUnprocessableEntity, RetryNewKey, "The payment is refused by rules of risk.", "reasons says why, and payment_id names the payment, which is kept as refused. The same request may be judged otherwise later, or by other rules."},
	{"review-decided", http.StatusUnprocessableEntity, RetryNewKey, "The review has been decided.", "decision says how the payment stands."},
	{"suspense-empty", http.StatusUnprocessableEntity, RetryNewKey, "There is nothing left of the item in suspense.", "It was assigned, given back or booked."},
	{"suspense-still-held", http.StatusUnprocessableEntity, RetryNewKey, "The books cannot take what the provider says yet.", "held_reason says why. Register the asset, and ask again under a new key."},
	{"refund-too-large", http.StatusUnprocessableEntity, RetryNewKey, "The payment has not as much left to give back.", "remaining says how much: what came in, less what was given back, is being given back, or is disputed."},
	{CodeProviderRefused, http.StatusUnprocessableEntity, RetryNewKey, "The payment provider would not do it.", "provider_code is its word, such as amount_too_small, and provider-unavailable where it gave none for an hour. The payment stays, as payment_id shows it, and nothing has moved."},
	{"owner-erased", http.StatusUnprocessableEntity, RetryNewKey, "The wallet's owner is erased: where the money goes cannot be kept for them.", "Finance takes out what is left in the wallet with POST /v1/wallets/{id}/debit."},
	{"too-many-schedules", http.StatusUnprocessableEntity, RetryNewKey, "The wallet has as many schedules as it may have.", "limit says how many that are by its owner's orders. Delete one to make room, or have a service order it."},
	{"too-many-alerts", http.StatusUnprocessableEntity, RetryNewKey, "The wallet has as many alerts as it may have.", "limit says how many that are. Delete one to make room."},
	{"quote-used", http.StatusUnprocessableEntity, RetryNewKey, "The quote was used: a quote is good for one exchange.", "transaction_id says which one."},
	{"quote-expired", http.StatusUnprocessableEntity, RetryNewKey, "The quote has expired.", "expires_at says when. Ask for another one."},
	{"exchange-too-small", http.StatusUnprocessableEntity, RetryNewKey, "The amount is too small to be exchanged.", "It comes to less than a unit of what is bought, or is below the pair's minimum: then min_amount says how much that is."},
	{"exchange-too-large", http.StatusUnprocessableEntity, RetryNewKey, "The amount comes to more than can be booked.", "An amount has at most 60 digits, decimals included."},
	{"link-void", http.StatusUnprocessableEntity, RetryNewKey, "The link is void: it was used, replaced by a newer one, or its time is over.", "Have a new link mailed. A password that was changed since voids every older link to reset it."},
	{"recipient-not-found", http.StatusUnprocessableEntity, RetryNewKey, "There is nobody of that id to write to.", "Or the user is erased, or has yet to confirm an address: nobody would read it."},
	{"thread-parties", http.StatusUnprocessableEntity, RetryNewKey, "An answer goes to who wrote, or got, the message that it answers.", "Leave in_reply_to out to write to somebody else."},
	{"statement-too-long", http.StatusUnprocessableEntity, RetryNever, "The statement has more lines than a PDF takes.", "Members: lines, and limit, the most that it takes. Ask for format=csv, for one asset, or for a shorter period. Nothing was recorded."},
	{"too-many-webhook-endpoints", http.StatusUnprocessableEntity, RetryNewKey, "The caller has too many webhook endpoints.", "limit says how many there may be. Delete one that is of no use any more."},
	{"too-many-webhook-secrets", http.StatusUnprocessableEntity, RetryNewKey, "Too many secrets of the webhook endpoint were replaced within a day.", "limit says how many may sign at a time. Wait, or revoke_previous."},
	{"webhook-endpoint-disabled", http.StatusUnprocessableEntity, RetryNever, "The webhook endpoint is disabled.", "disabled_reason says why. Enable it first: PATCH with the status enabled. Nothing was recorded."},
	{"current-password-wrong", http.StatusUnprocessableEntity, RetryNever, "The present password is missing or wrong.", "A new address or password is set by who knows the present one. Nothing was recorded."},
	{"idempotency-key-reused", http.StatusUnprocessableEntity, RetryNewKey, "The idempotency key was used before with another request.", "A key names one request: method, path, query and body."},
	{"command-expired", http.StatusUnprocessableEntity, RetryNewKey, "The command was not decided before its deadline and was given up.", "Nothing was done. Ask again under a new key."},
	{"batch-aborted", http.StatusUnprocessableEntity, RetryNewKey, "Another item of this atomic batch was refused.", "The batch's own problem says which and why; nothing of it was recorded."},

	{"outcome-unknown", http.StatusServiceUnavailable, RetrySameKey, "The outcome is not known yet.", "The command may still be done. The same request with the same key will tell."},
	{"not-yet-visible", http.StatusServiceUnavailable, RetrySameKey, "The read has not caught up with the position asked for.", "at_least was waited for, for 2 s."},
	{"unavailable", http.StatusServiceUnavailable, RetrySameKey, "The service cannot do this now.", "Something that it needs is away."},
	{"provider-not-configured", http.StatusServiceUnavailable, RetrySameKey, "No payment provider is configured.", "Nothing was asked for. Whoever runs the service gives it a key of the provider's (STRIPE_API_KEY_FILE)."},
	{"reconciliation-not-found", http.StatusNotFound, RetryNever, "There is no such reconciliation.", "GET /v1/reconciliations lists them."},
	{"projection-not-found", http.StatusNotFound, RetryNever, "There is no projection of that name.", "GET /v1/ops/projections lists them."},
	{"projection-rebuilding", http.StatusConflict, RetryNever, "The projection is being built already.", "To be read, or to be compared: the other of what was asked for. Wait until that is done; its progress can be followed. Nothing was recorded."},
	{"projection-of-money", http.StatusUnprocessableEntity, RetryNever, "A projection of money passes no event by.", "Nor does one that decides over money. The event has to be taken: deploy a version that can. Nothing was recorded."},
	{"reactor-not-found", http.StatusNotFound, RetryNever, "There is no such reactor.", "GET /v1/ops/reactors says which there are."},
	{"reactor-vital", http.StatusUnprocessableEntity, RetryNever, "A reactor of money, or of erasing, passes no event by.", "What it does of an event is not made good by anything later. The event has to be acted on: deploy a version that can. Nothing was recorded."},
	{"reactor-not-stuck", http.StatusUnprocessableEntity, RetryNever, "The reactor does not stand before that event.", "Only the event that it cannot act on is passed by: failed_at says which. Nothing was recorded."},
	{"projection-not-stuck", http.StatusUnprocessableEntity, RetryNever, "The projection does not stand before that event.", "Only the event that it cannot take is passed by: failed_at says which. Nothing was recorded."},
	{"projection-not-built", http.StatusUnprocessableEntity, RetryNever, "The projection has no tables to compare with.", "Its tables of this version are being built. Nothing was recorded."},
	{"not-ready", http.StatusServiceUnavailable, RetrySameKey, "The service is not ready.", "checks says which checks failed."},
}
