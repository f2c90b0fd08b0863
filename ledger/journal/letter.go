package journal

import "time"

// Resolution is what somebody decided about a dead letter.
type Resolution string

// What can be decided.
const (
	// Requeued: its command is asked for again, under another id; or its event is to be tried at once, and open again if
	// that is in vain.
	Requeued Resolution = "requeued"
	// Discarded: it stays undone; its event is passed by.
	Discarded Resolution = "discarded"
)

// Letter is a dead letter as an operator sees it: a command that could not be decided, or an event that cannot be taken. Of
// an event, At is when it was tried first, Reason why it failed last, and there is no command.
type Letter struct {
	DeadLetter
	// Event is nil for a command.
	Event *EventLetter

	// Resolution is empty while it is open; the rest is set with it.
	Resolution Resolution
	ResolvedAt time.Time
	ResolvedBy string
	Why        string
	// RequeuedAs is the command that asks for the same again; zero for none.
	RequeuedAs CommandID
}

// ID names the letter.
func (l *Letter) ID() LetterID {
	if l.Event != nil {
		return LetterID{Taker: l.Event.Taker, Position: l.Event.Place.Position()}
	}
	return LetterID{Command: l.Command.ID}
}

// Open reports whether nobody has dealt with it.
func (l *Letter) Open() bool { return l.Resolution == "" }

// Readable reports whether it is known what its command asks for.
func (l *Letter) Readable() bool { return l.Command.Type != Undecodable }

// Undecodable is the type of a command whose body cannot be read. No core decides it, so it ends with the dead letters,
// its body in its data.
const Undecodable = "undecodable"

// Again is the command that asks once more for what the letter's asked for. Its id follows from the letter's: however
// often it is made, it is one command. It has no deadline: who waited for it has long heard that it failed.
func (l *Letter) Again() Command {
	c := l.Command
	c.ID = NewCommandID(requeuer, l.Command.ID.String())
	c.Deadline = time.Time{}
	if c.Correlation.IsZero() {
		c.Correlation = l.Command.ID
	}
	return c
}

// requeuer is who asks again, so that no caller's key makes an id of these.
const requeuer = "florin:requeue"

// LetterFilter says which dead letters are listed, newest first.
type LetterFilter struct {
	// All is with those that were dealt with; otherwise the open ones are listed.
	All bool
	// BeforeAt and Before are the last one of the page before; zero for the first page. Of the same time, events come first.
	BeforeAt time.Time
	Before   LetterID
	Limit    int
}

var (
	// ErrNoLetter says that there is no such dead letter.
	ErrNoLetter = Refuse("dead-letter-not-found", "There is no such dead letter, or its event has been taken since.")
	// ErrLetterResolved says that somebody has decided otherwise about it.
	ErrLetterResolved = Refuse("dead-letter-resolved", "The dead letter has been dealt with in another way.")
	// ErrLetterUnreadable says that nobody knows what its command asks for.
	ErrLetterUnreadable = Refuse("dead-letter-unreadable", "What the command asks for cannot be read, so it cannot be asked for again.")
)

// Decide judges a decision about a letter of a command. done is true when it was decided so before. Errors: ErrLetterResolved,
// ErrLetterUnreadable.
func (l *Letter) Decide(r Resolution) (done bool, err error) {
	switch {
	case l.Resolution == r:
		return true, nil
	case !l.Open():
		return false, ErrLetterResolved
	case r == Requeued && !l.Readable():
		return false, ErrLetterUnreadable
	}
	return false, nil
}
