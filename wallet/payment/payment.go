package payment

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// Accounts of the ledger main that payments use beside those of wallets.
const (
	// Clearing is what the provider holds for us.
	Clearing = "assets:stripe:clearing"
	// Suspense is what we owe to somebody yet unknown.
	Suspense = "liabilities:suspense:stripe"
	// DisputedFunds is what the provider has taken for disputes that go on.
	DisputedFunds = "assets:stripe:disputed"
	// DisputeFees is what it takes for disputes besides.
	DisputeFees = "expenses:stripe:disputes"
	// Fees is what the provider takes for payments, refunds and payouts, and OtherCosts what it takes, or gives,
	// for nothing of that.
	Fees       = "expenses:stripe:fees"
	OtherCosts = "expenses:stripe:other"
	// Uncollected is what the provider counts of payments that nobody has received yet.
	Uncollected = Suspense + ":uncollected"
	// InTransit is what has left the provider and is not at our bank.
	InTransit = "assets:stripe:in-transit"
	// Bank is what is at our bank.
	Bank = "assets:bank:main"
	// Conversion is where one asset becomes another.
	Conversion = "equity:conversion"
)

// clearingOf is what a provider holds for us, and suspenseOf what of it we owe to somebody yet unknown.
func clearingOf(provider string) string { return "assets:" + provider + ":clearing" }

func suspenseOf(provider string) string { return "liabilities:suspense:" + provider }

// payment is what is booked of a payment. Its sums are texts at the asset's scale.
type payment struct {
	// Wallet is empty while the money waits in suspense.
	Wallet   string `json:"wallet"`
	Asset    string `json:"asset"`
	Received string `json:"received"`
	Refunded string `json:"refunded"`
	// Outside is what refunds that were made at the provider have taken, failed ones too, Found what of such refunds is
	// known one by one, and Returned what came back of those that failed.
	Outside  string `json:"outside,omitempty"`
	Found    string `json:"found,omitempty"`
	Returned string `json:"returned,omitempty"`
	// Charged is what balance transactions say to have come in, Bounced what of that never did, and Uncollected what
	// of it is booked and not received.
	Charged     string `json:"charged,omitempty"`
	Bounced     string `json:"bounced,omitempty"`
	Uncollected string `json:"uncollected,omitempty"`
	// Fee is what the provider has taken for it, in the asset in which it settles.
	Fee ledger.Money `json:"fee,omitzero"`
	// Disputes are the ids of its disputes.
	Disputes []string `json:"disputes,omitempty"`
	// Pending is what of it is being refunded by us; Voided are refunds of ours that failed.
	Pending string   `json:"pending,omitempty"`
	Voided  []voided `json:"voided,omitempty"`
	// Order is our id of it, if we asked for it.
	Order string `json:"order,omitempty"`
	// Invoice is the provider's id of the invoice that it pays, which is a membership's alone.
	Invoice string `json:"invoice,omitempty"`
}

func payments() journal.Kind[payment] { return journal.NewKind[payment]("payment") }

func key(provider, id string) string { return provider + "/" + id }

// find returns what is booked of a payment; nothing for one that is not known.
func find(s *journal.Scope, provider, id string) payment {
	p, _ := payments().Get(s, key(provider, id))
	return p
}

// in returns p in the asset of m, if it has none yet.
func (p payment) in(m ledger.Money) payment {
	if p.Asset == "" {
		p.Asset = m.Asset
		zero := figure(m.Amount)
		p.Received = journal.FormatAmount(zero.Sub(zero)) // with the decimals of the amount
		p.Refunded = p.Received
	}
	return p
}

// left is what was received and not given back, at the asset's scale.
func (p payment) left(scale int32) decimal.Decimal {
	return figureOr(p.Received).Sub(figureOr(p.Refunded)).Round(scale)
}

func add(a, b string) string { return journal.FormatAmount(figure(a).Add(figure(b))) }

// figure reads what journal.FormatAmount wrote.
func figure(text string) decimal.Decimal {
	d, err := decimal.NewFromString(text)
	if err != nil {
		panic("payment: decision state holds no figure: " + err.Error())
	}
	return d
}

// figureOr reads an amount that may be empty, for zero.
func figureOr(text string) decimal.Decimal {
	if text == "" {
		return decimal.Zero
	}
	return figure(text)
}
