package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/simpay"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

const (
	// simulatedHeader bounds how long a header may take to come, and simulatedStop how long the page may take to stop.
	simulatedHeader = 5 * time.Second
	simulatedStop   = 5 * time.Second
)

// addSimulated makes the simulated payment provider, and serves its page.
func (a *app) addSimulated(s *settings, commands *journal.Dispatcher) (*simpay.Provider, error) {
	secret, err := s.readSecret()
	if err != nil {
		return nil, err
	}
	var config net.ListenConfig
	if a.simulated, err = config.Listen(context.Background(), "tcp", s.SimulatedListen); err != nil {
		return nil, fmt.Errorf("page of the simulated payment provider: %w", err)
	}
	a.log.Warn("payments are simulated: no money is taken", "page", baseURL(a.simulated.Addr()))
	p := simpay.New(baseURL(a.simulated.Addr()), secret)
	keeper := postgres.NewProviderEvents(a.react)
	page := p.Page(func(ctx context.Context, m payment.Message) (err error) {
		if m.Fact.Raw, err = keeper.Keep(ctx, m); err != nil {
			return err
		}
		c, err := payment.Command(m.Fact)
		if err != nil {
			return err
		}
		_, err = commands.Record(ctx, c)
		return err
	}, a.log)
	a.does(func(ctx context.Context) error { return serveSimulated(ctx, a.simulated, page) })
	return p, nil
}

func serveSimulated(ctx context.Context, ln net.Listener, page http.Handler) error {
	server := &http.Server{Handler: page, ReadHeaderTimeout: simulatedHeader}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ln) }()
	select {
	case err := <-ended:
		return fmt.Errorf("page of the simulated payment provider: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), simulatedStop)
	defer cancel()
	err := server.Shutdown(stop)
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
