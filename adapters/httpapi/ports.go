package httpapi

// Ports are what the handlers call out to, by the areas that do.
type Ports struct {
	Shared   SharedPorts
	Books    BooksPorts
	Wallets  WalletsPorts
	Payments PaymentsPorts
	People   PeoplePorts
	Messages MessagesPorts
	Webhooks WebhooksPorts
}
