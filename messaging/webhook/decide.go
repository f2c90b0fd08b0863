package webhook

import (
	"slices"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

func decideCreate(s *journal.Scope, c CreateEndpoint) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	of, _ := tallies().Get(s, c.By.Principal)
	_, used := keys().Get(s, c.KeyID)
	switch {
	case used: // it would bring a secret back that was taken away
		return ledger.ErrInvalidField.At("/key_id").Because("want a key of its own")
	case of.Count >= MaxEndpoints:
		return ErrTooManyEndpoints.With(limit{MaxEndpoints})
	}
	id := s.NextID().Format(endpointPrefix)
	emit(s, id, TypeEndpointCreated, Created{
		EndpointID: id, Owner: c.By.Principal, URL: c.URL, EventTypes: slices.Sorted(slices.Values(c.EventTypes)),
		Description: c.Description, KeyID: c.KeyID,
	})
	return nil
}

func decideChange(s *journal.Scope, c ChangeEndpoint) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	e, err := find(s, c.By, c.EndpointID)
	switch {
	case err != nil:
		return err
	case c.IfVersion != nil && *c.IfVersion != e.Version:
		return ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: e.Version})
	}
	if changes := c.of(e); changes != (Changes{}) {
		emit(s, c.EndpointID, TypeEndpointChanged, Changed{EndpointID: c.EndpointID, Changes: changes})
	}
	return nil
}

// of leaves of changes what makes a difference to an endpoint.
func (c Changes) of(e State) Changes {
	if c.URL != nil && *c.URL == e.URL {
		c.URL = nil
	}
	if c.EventTypes != nil {
		sorted := append([]string{}, *c.EventTypes...) // never nil, which would be written as no change
		slices.Sort(sorted)
		c.EventTypes = &sorted
		if slices.Equal(sorted, e.EventTypes) {
			c.EventTypes = nil
		}
	}
	if c.Description != nil && *c.Description == e.Description {
		c.Description = nil
	}
	if c.Status != nil && *c.Status == e.Status {
		c.Status = nil
	}
	return c
}

func decideRotate(s *journal.Scope, c RotateSecret) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	e, err := find(s, c.By, c.EndpointID)
	_, used := keys().Get(s, c.KeyID)
	if err != nil {
		return err
	}
	if used {
		return ledger.ErrInvalidField.At("/key_id").Because("want a key of its own")
	}
	body := SecretRotated{EndpointID: c.EndpointID, KeyID: c.KeyID}
	if c.Revoke {
		body.Dropped = e.allKeys()
	} else {
		body.Replaced = []Replaced{{KeyID: e.KeyID, Until: s.Now().Add(SecretOverlap)}}
		for _, r := range e.Replaced {
			if s.Now().Before(r.Until) {
				body.Replaced = append(body.Replaced, r)
			} else {
				body.Dropped = append(body.Dropped, r.KeyID)
			}
		}
		if len(body.Replaced) > MaxReplaced {
			return ErrTooManySecrets.With(limit{MaxReplaced + 1})
		}
	}
	emit(s, c.EndpointID, TypeSecretRotated, body)
	return nil
}

func decideDelete(s *journal.Scope, c DeleteEndpoint) error {
	e, err := find(s, c.By, c.EndpointID)
	if err != nil {
		return err
	}
	emit(s, c.EndpointID, TypeEndpointDeleted, Deleted{EndpointID: c.EndpointID, Dropped: e.allKeys()})
	return nil
}

func decideDisable(s *journal.Scope, c DisableEndpoint) error {
	e, err := find(s, By{Admin: true}, c.EndpointID)
	if err != nil || e.Status != Enabled || e.Version != c.Version {
		return nil //nolint:nilerr // there is nothing left to switch off
	}
	emit(s, c.EndpointID, TypeEndpointDisabled, SwitchedOff{EndpointID: c.EndpointID, Reason: c.Reason})
	return nil
}
