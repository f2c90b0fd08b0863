package main

import (
	"context"
	"errors"
	"time"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/export"
	"github.com/florinledger/florin/adapters/httpapi"
	"github.com/florinledger/florin/adapters/httpapi/books"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/messages"
	"github.com/florinledger/florin/adapters/httpapi/ops"
	"github.com/florinledger/florin/adapters/httpapi/payments"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/adapters/httpapi/wallets"
	webhookroutes "github.com/florinledger/florin/adapters/httpapi/webhooks"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/webhooks"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// newAPI assembles the HTTP server.
func (a *app) newAPI(s *settings, registry *journal.Registry) (*httpapi.Server, error) {
	keys, err := authn.LoadKeys(s.TokenKeys)
	if err != nil {
		return nil, err
	}
	authenticate, err := a.authenticator(keys)
	if err != nil {
		return nil, err
	}
	secret, err := s.readSecret()
	if err != nil {
		return nil, err
	}
	stripeSecrets, err := s.stripeSecrets()
	if err != nil {
		return nil, err
	}
	proxies, err := s.trustedProxies()
	if err != nil {
		return nil, err
	}
	rateLimit, err := a.rateLimit(secret)
	if err != nil {
		return nil, err
	}
	reads, store := readmodel.NewReads(a.reads), postgres.NewStore(a.reads)
	people, err := a.people(s, reads, keys)
	if err != nil {
		return nil, err
	}
	providers, err := s.paymentProviders()
	if err != nil {
		return nil, err
	}
	if len(providers) == 0 {
		a.log.Info("no payments can be asked for: there is no key of a provider")
	}
	stripe := counting{stripepay.New(stripeSecrets, stripepay.Config{Livemode: s.StripeLive}), payment.Stripe, a.metrics}
	mailboxes := messages.NewMailboxes()
	a.feed.Listen(wakes(mailboxes))
	owners, vault := walletOwners{postgres.NewDirectory(a.reads)}, a.vault
	handlers := httpapi.NewHandlers(registry, secret, httpapi.Ports{
		Shared: handling.Ports{
			Commands: journal.NewDispatcher(shard, a.bus, store, store, time.Now).Observed(a.observer), Outcomes: store, Journal: store, Positions: reads,
		},
		Books: books.Ports{Books: reads, Accounts: reads, Transactions: reads},
		Wallets: wallets.Ports{
			Wallets: reads, Balances: reads, Transactions: reads, Statements: reads, Documents: export.Statements{}, Names: names{reads, vault},
			Exchanges: reads, Schedules: reads, Withdrawals: reads, Owners: owners, Destinations: withdrawal.NewSealer(vault),
		},
		Payments: payments.Ports{
			Payments: reads, Desk: reads, Reviews: reads, Rules: postgres.NewDirectory(a.reads), Owners: owners, Handovers: payment.NewSealer(vault), Providers: payment.NewChoice(providers, postgres.NewPaymentCalls(a.reads)),
			Reconciliations: postgres.NewReconciliations(a.reads),
			Stripe:          payment.NewReceiver(stripe, postgres.NewProviderEvents(a.reads)),
		},
		People: people,
		Messages: messages.Ports{
			Messages: reads, Names: names{reads, vault}, Directory: people.Directory, Sealer: messaging.NewSealer(vault), Mailboxes: mailboxes,
		},
		Webhooks: webhookroutes.Ports{
			Endpoints: postgres.NewDirectory(a.reads), Deliveries: postgres.NewWebhooks(a.reads), Keys: vault,
			CheckURL: webhooks.NewGuard(s.WebhooksAllowPrivate).CheckURL,
		},
		Ops: ops.Ports{
			Projections: readmodel.NewControl(a.reads), Control: readmodel.NewControl(a.reads), Reactors: postgres.NewReactors(a.reads, shard, reactorKinds()),
			DeadLetters: deadLetters(a.reads), Verifications: postgres.NewVerifications(a.reads),
		},
	}, handling.Config{Log: a.log})
	var serves func(pattern string) bool // all
	if !a.roles.has(roleAPI) {
		serves = httpapi.ServesPayments
	}
	return httpapi.New(handlers, authenticate, httpapi.Config{Log: a.log, Watch: a.observer.Request, Serves: serves, JWKS: keys.JWKS(), RateLimit: rateLimit, TrustedProxies: proxies, DrainDelay: s.DrainDelay,
		// NATS is not asked after: without it commands travel by the inbox.
		Checks: []httpapi.Check{
			{Name: "postgres", Probe: func(ctx context.Context) error { return a.reads.Ping(ctx) }},
			{Name: "projections", Probe: reads.Built},
		}})
}

// authenticator says whom a token speaks for, by keys and by the sessions that it is told of.
func (a *app) authenticator(keys *authn.KeySet) (request.Authenticate, error) {
	verifier, err := authn.NewVerifier(keys, authn.VerifierConfig{})
	if err != nil {
		return nil, err
	}
	uses := postgres.NewAPIKeyUses(a.auth)
	authenticator := authn.NewAuthenticator(verifier, a.sessions, authn.AuthenticatorConfig{Used: uses.Note, Log: a.log})
	return func(ctx context.Context, token string) (request.Principal, error) {
		p, err := authenticator.Authenticate(ctx, token)
		switch {
		case errors.Is(err, authn.ErrInvalidToken):
			return request.Principal{}, errors.Join(request.ErrUnauthenticated, err)
		case errors.Is(err, authn.ErrCannotTell):
			return request.Principal{}, errors.Join(request.ErrCannotTell, err)
		}
		return request.Principal{Subject: p.Subject, Roles: request.RolesNamed(p.Roles...), Session: p.Session}, err
	}, nil
}
