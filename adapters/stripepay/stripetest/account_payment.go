package stripetest

// payin is a payment: its charge, its intent, and its session if it has one.
type payin struct {
	Payer
	id               string
	status           string // of the charge
	amount, captured int64
	// final says that nothing more is captured; the rest was released.
	final bool
	// tries are those that failed, and told how the intent stands.
	tries int
	told  string
	// back is what was given back, disputed what is with the payer's bank or lost to it.
	back, disputed int64
}

func (c *payin) name() string { return c.id }

// left is what can be given back.
func (c *payin) left() int64 {
	if !c.final || c.status != "succeeded" {
		return 0
	}
	return c.captured - c.back - c.disputed
}

// object is the charge. What is released of an authorization Stripe counts as refunded.
func (c *payin) object() Object {
	refunded := c.back
	if c.final && c.status == "succeeded" {
		refunded += c.amount - c.captured
	}
	return Object{
		"object": "charge", "id": c.id, "payment_intent": c.Intent, "amount": c.amount, "amount_captured": c.captured, "amount_refunded": refunded,
		"captured": c.captured > 0, "currency": c.Currency, "status": c.status, "invoice": nil, "metadata": c.Metadata,
	}
}

func (c *payin) intent() Object {
	o := Object{
		"object": "payment_intent", "id": c.Intent, "amount": c.amount, "amount_received": 0, "currency": c.Currency, "status": c.told,
		"invoice": nil, "metadata": c.Metadata, "last_payment_error": nil,
	}
	if c.told == "succeeded" {
		o["amount_received"] = c.captured
	}
	if c.told == "requires_payment_method" && c.tries > 0 {
		o["last_payment_error"] = Object{"code": "card_declined", "decline_code": "do_not_honor", "message": "Your card was declined."}
	}
	return o
}

func (c *payin) session(status, paid string) Object {
	return Object{
		"object": "checkout.session", "id": c.Session, "payment_intent": c.Intent, "amount_total": c.amount, "currency": c.Currency,
		"status": status, "payment_status": paid, "invoice": nil, "metadata": c.Metadata,
	}
}

// pay has somebody pay: at once, by direct debit, or by a card that is charged later.
func (a *Account) pay(p Payer) {
	c := &payin{Payer: p, id: a.id("ch"), amount: 100 + int64(a.pick(5000)), told: "requires_payment_method"}
	a.tell("payment_intent.created", c.intent())
	if a.pick(4) == 0 {
		c.tries++
		a.tell("payment_intent.payment_failed", c.intent())
		if a.pick(2) == 0 {
			if c.Session != "" {
				a.tell("checkout.session.expired", c.session("expired", "unpaid"))
			}
			c.told = "canceled"
			a.tell("payment_intent.canceled", c.intent())
			return
		}
	}
	a.charges = append(a.charges, c)
	switch a.pick(6) {
	case 0: // authorized
		c.status, c.told = "succeeded", "requires_capture"
		a.tell("charge.succeeded", c.object())
		a.tell("payment_intent.amount_capturable_updated", c.intent())
	case 1, 2: // by direct debit
		c.status, c.captured, c.told, c.final = "pending", c.amount, "processing", true
		a.tell("charge.pending", c.object())
		a.tell("payment_intent.processing", c.intent())
		a.received(c, "payment", c.amount)
		if c.Session != "" {
			a.tell("checkout.session.completed", c.session("complete", "unpaid"))
		}
	default:
		c.status, c.captured, c.told, c.final = "succeeded", c.amount, "succeeded", true
		a.received(c, "charge", c.amount)
		a.succeeded(c)
		if c.Session != "" {
			a.tell("checkout.session.completed", c.session("complete", "paid"))
		}
	}
}

func (a *Account) succeeded(c *payin) {
	a.tell("charge.succeeded", c.object())
	a.tell("payment_intent.succeeded", c.intent())
	if a.pick(3) == 0 {
		a.tell("charge.updated", c.object()) // which has its balance transaction by then
	}
}

func (a *Account) received(c *payin, kind string, amount int64) {
	held, currency, rate := a.converted(amount, c.Currency)
	a.settle(kind, currency, held, held*29/1000+30, rate, c)
}

// proceed goes on with a payment that is not over.
func (a *Account) proceed() {
	c := any1(a, a.charges, func(c *payin) bool { return c.status == "pending" || !c.final })
	switch {
	case c == nil:
	case !c.final:
		a.capture(c)
	case a.pick(3) == 0:
		a.bounce(c)
	default:
		c.status, c.told = "succeeded", "succeeded"
		a.succeeded(c)
		if c.Session != "" {
			a.tell("checkout.session.async_payment_succeeded", c.session("complete", "paid"))
		}
	}
}

// capture takes a part of what was authorized, the rest of it, or nothing more.
func (a *Account) capture(c *payin) {
	part := int64(a.pick(int(c.amount-c.captured) + 1))
	c.captured += part
	c.final = c.captured == c.amount || a.pick(2) == 0
	if part > 0 {
		a.received(c, "charge", part)
	}
	if c.final {
		c.told = "succeeded"
		if c.captured == 0 {
			c.told = "canceled"
		}
	}
	if part > 0 {
		a.tell("charge.captured", c.object())
	}
	if c.final && c.captured < c.amount {
		a.tell("charge.refunded", c.object())
	}
	switch c.told {
	case "succeeded":
		a.tell("payment_intent.succeeded", c.intent())
	case "canceled":
		a.tell("payment_intent.canceled", c.intent())
	}
}

// bounce has a direct debit fail, which Stripe had counted.
func (a *Account) bounce(c *payin) {
	c.status, c.told = "failed", "requires_payment_method"
	c.tries++
	held, currency, rate := a.converted(c.amount, c.Currency)
	if a.pick(2) == 0 {
		a.settle("payment_failure_refund", currency, -held, 0, rate, c)
	} else {
		a.settle("payment_failure_refund", currency, -held, 0, rate, &giveback{id: a.id("pyr"), of: c, amount: c.amount, status: "succeeded"})
	}
	a.tell("charge.failed", c.object())
	a.tell("payment_intent.payment_failed", c.intent())
	if c.Session != "" {
		a.tell("checkout.session.async_payment_failed", c.session("complete", "unpaid"))
	}
}
