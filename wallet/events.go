package wallet

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// The types of the events of wallets. Their shapes, at every schema there was, are frozen in testdata/events.
const (
	TypeWalletOpened     = "wallet-opened"
	TypeWalletChanged    = "wallet-changed"
	TypeWalletFrozen     = "wallet-frozen"
	TypeWalletUnfrozen   = "wallet-unfrozen"
	TypeWalletClosed     = "wallet-closed"
	TypeCreditLimitSet   = "credit-limit-set"
	TypeSpendingLimitSet = "spending-limit-set"
	TypeTransferred      = "transferred"
	TypeWalletCredited   = "wallet-credited"
	TypeWalletDebited    = "wallet-debited"
	TypeHoldPlaced       = "hold-placed"
	TypeHoldIncreased    = "hold-increased"
	TypeHoldCaptured     = "hold-captured"
	TypeHoldReleased     = "hold-released"
	TypeHoldExpired      = "hold-expired"
)

// Opened says that there is a wallet, and that it is open. Schema 1 had no time zone.
type Opened struct {
	WalletID string            `json:"wallet_id"`
	Owner    string            `json:"owner"`
	Name     string            `json:"name,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
	// TimeZone is a name in the IANA database; empty for UTC.
	TimeZone string `json:"time_zone,omitempty"`
}

// Changed says what is otherwise now of what the owner says of the wallet.
type Changed struct {
	WalletID string `json:"wallet_id"`
	Changes
}

// Frozen says that the wallet gives nothing out any more.
type Frozen struct {
	WalletID string `json:"wallet_id"`
	Reason   string `json:"reason"`
}

// Unfrozen says that the wallet gives out again.
type Unfrozen struct {
	WalletID string `json:"wallet_id"`
	Reason   string `json:"reason"`
}

// Closed says that the wallet is no more. It was empty.
type Closed struct {
	WalletID string `json:"wallet_id"`
	Reason   string `json:"reason"`
}

// CreditLimitSet says how far below zero the wallet's available may go in an asset, at the asset's scale.
type CreditLimitSet struct {
	WalletID string       `json:"wallet_id"`
	Limit    ledger.Money `json:"limit"`
}

// SpendingLimitSet says how much the wallet may give out in an asset from now on.
type SpendingLimitSet struct {
	WalletID string `json:"wallet_id"`
	Asset    string `json:"asset"`
	SpendingLimit
}

// Transferred says that one wallet paid another, or, by a split, many. The postings are available to
// available; a share that came to nothing has none. Schema 1 knew no splits.
type Transferred struct {
	FromWallet string `json:"from_wallet"`
	// ToWallet is who was paid; empty for a split, which has To.
	ToWallet    string            `json:"to_wallet,omitempty"`
	To          []ShareDone       `json:"to,omitempty"`
	Amount      ledger.Money      `json:"amount"`
	Description string            `json:"description,omitempty"`
	Reference   string            `json:"reference,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// Wallets returns who paid and who was paid, the payer first.
func (t Transferred) Wallets() []string {
	if t.ToWallet != "" {
		return []string{t.FromWallet, t.ToWallet}
	}
	ids := []string{t.FromWallet}
	for _, share := range t.To {
		ids = append(ids, share.Wallet)
	}
	return ids
}

// TransactionReference implements [ledger.Referenced].
func (t Transferred) TransactionReference() string { return t.Reference }

// ShareDone is what one wallet got of a split, and what it was to get.
type ShareDone struct {
	Wallet string `json:"wallet"`
	// Amount is in the asset of the split, at its scale; it may be zero.
	Amount  string `json:"amount"`
	Percent string `json:"percent,omitempty"`
	Rest    bool   `json:"rest,omitempty"`
}

// Credited says that money came into the wallet from an account. The postings are the account to available.
type Credited Adjustment

// TransactionReference implements [ledger.Referenced].
func (t Credited) TransactionReference() string { return t.Reference }

// Debited says that money went out of the wallet to an account. The postings are available to the account.
type Debited Adjustment

// TransactionReference implements [ledger.Referenced].
func (t Debited) TransactionReference() string { return t.Reference }

// HoldPlaced says that money was set aside. The postings are available to held. Schema 1 had no time at
// which it expires.
type HoldPlaced struct {
	HoldID   string       `json:"hold_id"`
	WalletID string       `json:"wallet_id"`
	Amount   ledger.Money `json:"amount"`
	Payee
	// ExpiresAt is when what remains goes back by itself; zero for never.
	ExpiresAt   time.Time         `json:"expires_at,omitzero"`
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// HoldIncreased says that more was set aside: Amount, on top of what there was. The postings are available to
// held.
type HoldIncreased struct {
	HoldID   string       `json:"hold_id"`
	WalletID string       `json:"wallet_id"`
	Amount   ledger.Money `json:"amount"`
	// Total is what the hold is of now.
	Total string `json:"total"`
	HoldFigures
}

// HoldCaptured says that a part of the hold, or all of it, was paid to the payee named here. The
// postings are held to the payee.
type HoldCaptured struct {
	HoldID   string       `json:"hold_id"`
	WalletID string       `json:"wallet_id"`
	Amount   ledger.Money `json:"amount"`
	Payee
	HoldFigures
}

// HoldReleased says that what remained of the hold went back. The postings are held to available.
type HoldReleased struct {
	HoldID   string       `json:"hold_id"`
	WalletID string       `json:"wallet_id"`
	Amount   ledger.Money `json:"amount"`
	HoldFigures
}

// HoldExpired says that what remained of the hold went back because its time was over. The postings
// are held to available.
type HoldExpired struct {
	HoldID   string       `json:"hold_id"`
	WalletID string       `json:"wallet_id"`
	Amount   ledger.Money `json:"amount"`
	HoldFigures
}

// HoldFigures is how a hold stands after an event, in the hold's asset at its scale. The events
// carry it so that each, with the one that placed the hold, says all there is to know of it.
type HoldFigures struct {
	Captured  string     `json:"captured"`
	Released  string     `json:"released"`
	Remaining string     `json:"remaining"`
	Status    HoldStatus `json:"status"`
}

// whole is what the hold was placed for and increased by.
func (f HoldFigures) whole() string {
	return journal.FormatAmount(Figure(f.Captured).Add(Figure(f.Released)).Add(Figure(f.Remaining)))
}

// sameShape is the upcaster for a schema that only adds what older events did without.
func sameShape(older json.RawMessage) (json.RawMessage, error) { return older, nil }

// Register tells r what wallets decide, evolve, record and refuse. It needs the ledger's own
// registration beside it.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandOpenWallet, decideOpenWallet)
	journal.Decides(r, CommandChangeWallet, decideChangeWallet)
	journal.Decides(r, CommandFreezeWallet, decideFreeze)
	journal.Decides(r, CommandUnfreezeWallet, decideUnfreeze)
	journal.Decides(r, CommandCloseWallet, decideClose)
	journal.Decides(r, CommandSetCreditLimit, decideSetCreditLimit)
	journal.Decides(r, CommandSetSpendingLimit, decideSetSpendingLimit)
	journal.Decides(r, CommandTransfer, DecideTransfer)
	journal.Decides(r, CommandTransferBatch, decideTransferBatch)
	journal.Decides(r, CommandSplit, decideSplit)
	journal.Decides(r, CommandCreditWallet, decideCredit)
	journal.Decides(r, CommandDebitWallet, decideDebit)
	journal.Decides(r, CommandPlaceHold, decidePlaceHold)
	journal.Decides(r, CommandCaptureHold, decideCaptureHold)
	journal.Decides(r, CommandReleaseHold, decideReleaseHold)
	journal.Decides(r, CommandIncreaseHold, decideIncreaseHold)
	journal.Decides(r, CommandExpireHolds, decideExpireHolds)

	journal.Records[Opened](r, TypeWalletOpened, 2, map[int]func(json.RawMessage) (json.RawMessage, error){1: sameShape})
	journal.Records[Changed](r, TypeWalletChanged, 1, nil)
	journal.Records[Frozen](r, TypeWalletFrozen, 1, nil)
	journal.Records[Unfrozen](r, TypeWalletUnfrozen, 1, nil)
	journal.Records[Closed](r, TypeWalletClosed, 1, nil)
	journal.Records[CreditLimitSet](r, TypeCreditLimitSet, 1, nil)
	journal.Records[SpendingLimitSet](r, TypeSpendingLimitSet, 1, nil)
	journal.Records[Transferred](r, TypeTransferred, 2, map[int]func(json.RawMessage) (json.RawMessage, error){1: sameShape})
	journal.Records[Credited](r, TypeWalletCredited, 1, nil)
	journal.Records[Debited](r, TypeWalletDebited, 1, nil)
	journal.Records[HoldIncreased](r, TypeHoldIncreased, 1, nil)
	journal.Records[HoldPlaced](r, TypeHoldPlaced, 2, map[int]func(json.RawMessage) (json.RawMessage, error){1: withoutExpiry})
	journal.Records[HoldCaptured](r, TypeHoldCaptured, 1, nil)
	journal.Records[HoldReleased](r, TypeHoldReleased, 1, nil)
	journal.Records[HoldExpired](r, TypeHoldExpired, 1, nil)

	journal.Holds(r, Wallets())
	journal.Holds(r, holds())
	journal.Holds(r, expiring())
	journal.Holds(r, spendings())
	journal.Holds(r, holdings())

	r.Evolves(evolve)
	r.Refuses(refusals()...)
}

// IsType reports whether an event is one of this package.
func IsType(eventType string) bool {
	switch eventType {
	case TypeWalletOpened, TypeWalletChanged, TypeWalletFrozen, TypeWalletUnfrozen, TypeWalletClosed, TypeCreditLimitSet, TypeSpendingLimitSet, TypeTransferred,
		TypeWalletCredited, TypeWalletDebited,
		TypeHoldPlaced, TypeHoldIncreased, TypeHoldCaptured, TypeHoldReleased, TypeHoldExpired:
		return true
	}
	return false
}

// evolve keeps what the writer must know of wallets and holds.
func evolve(s *journal.Scope, e *journal.Event) {
	if e.Ledger == ledger.Main {
		evolveAssets(s, e.Postings)
	}
	if !IsType(e.Type) {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("wallet: evolve: %v", err))
	}
	evolveSpending(s, e)
	switch body := e.Body.(type) {
	case Opened:
		Wallets().PutNew(s, body.WalletID, State{Owner: body.Owner, Status: StatusOpen, TimeZone: body.TimeZone, Version: e.Position})
	case Changed:
		evolveWallet(s, e, body.WalletID, func(w *State) {
			if body.TimeZone != nil {
				w.TimeZone = *body.TimeZone
			}
		})
	case Frozen:
		evolveWallet(s, e, body.WalletID, func(w *State) { w.Status = StatusFrozen })
	case Unfrozen:
		evolveWallet(s, e, body.WalletID, func(w *State) { w.Status = StatusOpen })
	case Closed:
		evolveWallet(s, e, body.WalletID, func(w *State) { w.Status = StatusClosed })
	case CreditLimitSet:
		evolveWallet(s, e, body.WalletID, func(w *State) { w.setCredit(body.Limit) })
	case SpendingLimitSet:
		evolveWallet(s, e, body.WalletID, func(w *State) { w.setSpending(body.Asset, body.SpendingLimit) })
	case HoldPlaced:
		h := placed(body)
		if !h.ExpiresAt.IsZero() {
			h.Page = noteExpiring(s, h.Wallet, DueHold{body.HoldID, h.ExpiresAt})
		}
		holds().PutNew(s, body.HoldID, h)
	case HoldIncreased:
		h, _ := holds().Get(s, body.HoldID)
		h.Amount = body.Total
		holds().Put(s, body.HoldID, h)
	case HoldCaptured:
		evolveHold(s, body.HoldID, body.HoldFigures)
	case HoldReleased:
		evolveHold(s, body.HoldID, body.HoldFigures)
	case HoldExpired:
		evolveHold(s, body.HoldID, body.HoldFigures)
	}
}

// evolveWallet changes what is known of a wallet, which has another version then.
func evolveWallet(s *journal.Scope, e *journal.Event, walletID string, change func(*State)) {
	w, _ := Wallets().Get(s, walletID)
	change(&w)
	w.Version = e.Position
	Wallets().Put(s, walletID, w)
}

// evolveAssets notes in which assets wallets are posted to, by whichever core.
func evolveAssets(s *journal.Scope, postings []journal.Posting) {
	for i := range postings {
		id, _, ok := PartOf(postings[i].Account)
		if !ok {
			continue
		}
		w, known := Find(s, id)
		at, there := slices.BinarySearch(w.Assets, postings[i].Asset)
		if known && !there {
			w.Assets = slices.Insert(slices.Clone(w.Assets), at, postings[i].Asset)
			Wallets().Put(s, id, w)
		}
	}
}
