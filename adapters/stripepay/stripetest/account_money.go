package stripetest

// giveback is a refund.
type giveback struct {
	id, status   string
	of           *payin
	amount       int64
	metadata     map[string]string
	made, failed *settled
}

func (r *giveback) name() string { return r.id }

func (r *giveback) object() Object {
	o := Object{
		"object": "refund", "id": r.id, "payment_intent": r.of.Intent, "charge": r.of.id, "amount": r.amount, "currency": r.of.Currency,
		"status": r.status, "metadata": r.metadata, "balance_transaction": nil, "failure_balance_transaction": nil, "created": int64(0),
	}
	if r.made != nil {
		o["balance_transaction"], o["created"] = r.made.id, r.made.created
	}
	if r.failed != nil {
		o["failure_balance_transaction"], o["failure_reason"] = r.failed.id, "expired_or_canceled_card"
	}
	return o
}

// refund gives money back, some of the fee with it.
func (a *Account) refund(c *payin, amount int64, metadata map[string]string) *giveback {
	r := &giveback{id: a.id("re"), status: []string{"succeeded", "pending"}[a.pick(2)], of: c, amount: amount, metadata: metadata}
	held, currency, rate := a.converted(amount, c.Currency)
	r.made = a.settle([]string{"refund", "payment_refund"}[a.pick(2)], currency, -held, -int64(a.pick(2)*a.pick(20)), rate, r)
	c.back += amount
	a.refunds = append(a.refunds, r)
	if a.pick(2) == 0 {
		a.tell("refund.created", r.object())
	}
	a.tell("charge.refunded", c.object())
	return r
}

// refundProceeds has a refund arrive, or fail, also when it had arrived.
func (a *Account) refundProceeds(r *giveback) {
	if r.status == "pending" && a.pick(2) == 0 {
		r.status = "succeeded"
		a.tell("refund.updated", r.object())
		return
	}
	held, currency, rate := a.converted(r.amount, r.of.Currency)
	r.status = []string{"failed", "canceled"}[a.pick(2)]
	r.failed = a.settle([]string{"refund_failure", "adjustment"}[a.pick(2)], currency, held, 0, rate, r)
	r.of.back -= r.amount
	a.tell([]string{"refund.failed", "refund.updated", "charge.refund.updated"}[a.pick(3)], r.object())
	if a.pick(2) == 0 {
		a.tell("charge.updated", r.of.object())
	}
}

// contest is a dispute.
type contest struct {
	id, status string
	of         *payin
	amount     int64
	moved      []*settled
}

func (d *contest) name() string { return d.id }

func (d *contest) over() bool {
	return d.status == "won" || d.status == "lost" || d.status == "warning_closed"
}

func (d *contest) object() Object {
	moved := []Object{}
	for _, l := range d.moved {
		moved = append(moved, l.object(false))
	}
	return Object{
		"object": "dispute", "id": d.id, "charge": d.of.id, "payment_intent": d.of.Intent, "amount": d.amount, "currency": d.of.Currency,
		"status": d.status, "reason": "fraudulent", "balance_transactions": moved,
	}
}

// dispute has a payer's bank ask for some of a payment, or ask about it.
func (a *Account) dispute(c *payin) {
	d := &contest{id: a.id("dp"), of: c, amount: 1 + int64(a.pick(int(c.left()))), status: "warning_needs_response"}
	a.disputes = append(a.disputes, d)
	c.disputed += d.amount
	if a.pick(3) > 0 {
		a.withdraw(d)
	}
	a.tell("charge.dispute.created", d.object())
	if len(d.moved) > 0 {
		a.tell("charge.dispute.funds_withdrawn", d.object())
	}
}

func (a *Account) withdraw(d *contest) {
	held, currency, rate := a.converted(d.amount, d.of.Currency)
	d.status = "needs_response"
	d.moved = append(d.moved, a.settle("adjustment", currency, -held, 1500, rate, d))
}

// disputeProceeds answers a dispute, or ends it.
func (a *Account) disputeProceeds(d *contest) {
	switch {
	case len(d.moved) == 0 && a.pick(2) == 0:
		d.status = "warning_closed"
		d.of.disputed -= d.amount
		a.tell("charge.dispute.closed", d.object())
	case len(d.moved) == 0:
		a.withdraw(d)
		a.tell("charge.dispute.updated", d.object())
		a.tell("charge.dispute.funds_withdrawn", d.object())
	case d.status == "needs_response" && a.pick(2) == 0:
		d.status = "under_review"
		a.tell("charge.dispute.updated", d.object())
	case a.pick(2) == 0:
		d.status = "lost"
		a.tell("charge.dispute.closed", d.object())
	default: // won: as much comes back as was taken, and perhaps the fee
		taken := d.moved[0]
		d.status = "won"
		d.moved = append(d.moved, a.settle("adjustment", taken.currency, -taken.amount, -int64(a.pick(2))*taken.fee, taken.rate, d))
		d.of.disputed -= d.amount
		a.tell("charge.dispute.funds_reinstated", d.object())
		a.tell("charge.dispute.closed", d.object())
	}
}

// payout is money on its way to our bank, or from there.
type payout struct {
	id, currency, status string
	amount               int64
}

func (p *payout) name() string { return p.id }

func (p *payout) object() Object {
	return Object{"object": "payout", "id": p.id, "amount": p.amount, "currency": p.currency, "status": p.status}
}

// pays pays out, or goes on with a payout: it is paid, or fails, also after that.
func (a *Account) pays() {
	p := any1(a, a.payouts, func(p *payout) bool { return p.status != "failed" && p.status != "canceled" })
	switch {
	case p == nil || a.pick(3) == 0:
		p = &payout{id: a.id("po"), currency: []string{"usd", "eur"}[a.pick(2)], status: "pending", amount: int64(a.pick(4000)) - 500}
		if p.amount == 0 {
			p.amount = 1
		}
		a.payouts = append(a.payouts, p)
		a.settle("payout", p.currency, -p.amount, int64(a.pick(2)*a.pick(30)), 0, p)
		a.tell("payout.created", p.object())
	case p.status == "pending" && a.pick(2) == 0:
		p.status = "in_transit"
		a.tell("payout.updated", p.object())
	case p.status != "paid" && a.pick(2) == 0:
		p.status = "paid"
		a.tell("payout.paid", p.object())
	case p.status == "pending":
		p.status = "canceled"
		a.settle("payout_cancel", p.currency, p.amount, 0, 0, p)
		a.tell("payout.canceled", p.object())
	default:
		p.status = "failed"
		a.settle("payout_failure", p.currency, p.amount, 0, 0, p)
		a.tell("payout.failed", p.object())
	}
}
