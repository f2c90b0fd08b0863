package notice

import (
	"fmt"
	"strings"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/schedule"
)

// refused tells of an occurrence of a schedule that was not paid: what, when, why, and what comes of it.
func refused(body schedule.Refused) notice {
	t := body.Transfer
	text := fmt.Sprintf("%s to wallet %s, due on %s, were not paid. %s", written(t.Amount), t.ToWallet, dated(body.Occurrence), why(body.Problem))
	if whose := body.Problem; whose.Pointer == "/to_wallet" && (whose.Code == wallet.ErrWalletClosed.Code || whose.Code == wallet.ErrWalletNotFound.Code) {
		text += " It is the wallet that was to be paid."
	}
	switch {
	case body.Status == schedule.StatusPaused:
		text += fmt.Sprintf(" That was so %d times in a row: the schedule is paused until you have it go on.", body.InRow)
	case body.Status == schedule.StatusEnded && body.Why == schedule.BecauseRefused:
		text += " It is not tried again: the schedule has ended."
	case body.Status == schedule.StatusEnded:
		text += " It was the last one of its schedule."
	default:
		text += fmt.Sprintf(" The next one is due on %s.", dated(body.NextAt))
	}
	return notice{wallet: t.FromWallet, topic: TopicRefusal, about: body.ScheduleID, subject: "A scheduled transfer was refused", body: text}
}

// why is a problem in words. That funds are missing says enough: its details name accounts, which people do not
// know.
func why(p schedule.Problem) string { return inWords(p.Code, p.Title, p.Detail) }

func inWords(code, title, detail string) string {
	if detail == "" || code == ledger.ErrInsufficientFunds.Code {
		return title
	}
	return strings.TrimSuffix(title, ".") + ": " + strings.TrimSuffix(detail, ".") + "."
}

// dated writes a time for people who may be anywhere.
func dated(at time.Time) string { return at.UTC().Format("2 January 2006, 15:04 UTC") }
