package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// Probe asks providers that are down whether they answer, so that no payer has to find out.
type Probe struct {
	sights map[string]Sight
	health Health
	log    *slog.Logger
}

// NewProbe returns a probe of providers by their names.
func NewProbe(sights map[string]Sight, health Health, log *slog.Logger) *Probe {
	return &Probe{sights, health, log}
}

// Ask asks each provider that is down.
//
// Errors: those of [Health].
func (p *Probe) Ask(ctx context.Context) error {
	down, err := p.health.Down(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for name := range down {
		sight, ok := p.sights[name]
		if !ok {
			continue
		}
		limited, cancel := context.WithTimeout(ctx, askTime)
		fault := sight.Answers(limited)
		cancel()
		if fault != nil {
			p.log.Debug("a payment provider does not answer yet", "provider", name, "error", fault)
			continue
		}
		if err := p.health.Recovered(ctx, name); err != nil {
			errs = append(errs, fmt.Errorf("provider %s answers again: %w", name, err))
			continue
		}
		p.log.Info("a payment provider answers again, and takes new payments", "provider", name)
	}
	return errors.Join(errs...)
}
