package wallets

import (
	"context"
	"errors"
	"log/slog"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// destinationIn reads where money is to go.
func destinationIn(d api.CreateWithdrawalDestination) withdrawal.Destination {
	return withdrawal.Destination{
		Type: withdrawal.Type(d.Type), Name: d.Name, IBAN: d.Iban, BIC: d.Bic,
		RoutingNumber: d.RoutingNumber, AccountNumber: d.AccountNumber, AccountType: string(d.AccountType),
		Provider: d.Provider, Account: d.Account,
	}
}

// withdrawalOf shows a withdrawal to the caller: where it goes as a hint, or whole.
func (h *Handlers) withdrawalOf(ctx context.Context, w withdrawal.Withdrawal, whole bool) (api.Withdrawal, error) {
	principal := request.CallOf(ctx).Principal
	out := api.Withdrawal{
		ID: w.ID, WalletID: w.WalletID, Amount: handling.Money(w.Amount), Destination: api.WithdrawalDestination{Type: api.WithdrawalType(w.DestinationType)},
		Status: api.WithdrawalStatus(w.Status), Description: w.Description, Reference: w.Reference, Metadata: handling.Metadata(w.Metadata),
		Reason: w.Reason, Returned: w.Returned, BankReference: w.BankReference,
		ApprovedAt: handling.TimeIfAny(w.ApprovedAt), SentAt: handling.TimeIfAny(w.SentAt), SettledAt: handling.TimeIfAny(w.SettledAt),
		FailedAt: handling.TimeIfAny(w.FailedAt), CanceledAt: handling.TimeIfAny(w.CanceledAt), CreatedAt: handling.Time(w.CreatedAt), Version: w.Version,
	}
	if principal.Roles.Has(request.RoleService | request.RoleFinance | request.RoleAdmin) { // who looked at it is no business of the owner's
		out.RequestedBy, out.ApprovedBy = w.RequestedBy, w.ApprovedBy
	}
	if !handling.MaySee(principal, w.Owner) { // somebody who looks after commands
		return out, nil
	}
	d, err := h.ports.Destinations.Open(ctx, w.Owner, w.Destination)
	switch {
	case errors.Is(err, seal.ErrNoKey):
		out.Destination.Erased = true
	case errors.Is(err, seal.ErrUnreadable):
		// One that is lost must not keep finance from all others.
		h.Log.LogAttrs(ctx, slog.LevelError, "a withdrawal's destination does not open", slog.String("withdrawal", w.ID))
		out.Destination.Erased = true
	case err != nil:
		return out, request.Unavailable(err)
	default:
		out.Destination = destinationOf(d, whole)
	}
	return out, nil
}

// destinationOf shows where money goes: a hint of it, or all.
func destinationOf(d withdrawal.Destination, whole bool) api.WithdrawalDestination {
	hint := d.Hint()
	out := api.WithdrawalDestination{
		Type: api.WithdrawalType(d.Type), Last4: hint.LastFour, Country: hint.Country,
		AccountType: api.BankAccountType(hint.AccountType), Provider: hint.Provider,
	}
	if whole {
		out.Name, out.Iban, out.Bic = d.Name, d.IBAN, d.BIC
		out.RoutingNumber, out.AccountNumber, out.Account = d.RoutingNumber, d.AccountNumber, d.Account
	}
	return out
}
