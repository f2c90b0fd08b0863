package membership

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

func decideBuy(s *journal.Scope, c Buy) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	plan, sold := FindPlan(s, c.Plan)
	w, found := wallet.Find(s, c.WalletID)
	var has member
	if found {
		has, _ = members().Get(s, w.Owner)
	}
	switch {
	case !found || !c.As.Owns(w.Owner):
		return wallet.ErrWalletNotFound.At("/wallet_id")
	case !sold:
		return ErrPlanNotFound.At("/plan")
	case !plan.Active:
		return ErrPlanInactive.At("/plan")
	case has.Live:
		return ErrMembershipExists.With(Existing{MembershipID: has.MembershipID})
	}
	now := s.Now().UTC()
	p := plan.period(now, 1, now)
	if err := pays(s, w, c.WalletID, p.Price); err != nil {
		return atWallet(err)
	}
	// The id is asked for after what [wallet.State.Spend] may have emitted.
	about := About{MembershipID: s.NextID().Format(membershipPrefix), UserID: w.Owner, WalletID: c.WalletID, Since: now}
	return about.record(s, journal.Event{
		Type: TypeBought, Body: Bought{About: about, Standing: began(p, now, 1)}, Postings: about.paid(p),
	})
}

// pays has a wallet ready to pay a price. Refusals: the wallet's ErrWalletFrozen, ErrWalletClosed, ErrSpendingLimitExceeded.
func pays(s *journal.Scope, w wallet.State, walletID string, price ledger.Money) error {
	if err := w.Gives(); err != nil {
		return err
	}
	return w.Spend(s, walletID, price.Asset, wallet.Figure(price.Amount))
}

// atWallet points a refusal of a wallet's state at the wallet in the body.
func atWallet(err error) error {
	if r := journal.AsRefusal(err); r != nil && r.Code != wallet.ErrSpendingLimitExceeded.Code {
		return r.At("/wallet_id")
	}
	return err
}
