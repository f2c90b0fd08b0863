package journal

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// MinLetterTries is how often an event must have failed to be with the dead letters: what fails once because the database
// was away for a moment is taken before anybody could look.
const MinLetterTries = 3

// TakerKind is what takes events.
type TakerKind string

// What takes events.
const (
	// ProjectionTaker shows them.
	ProjectionTaker TakerKind = "projection"
	// ReactorTaker acts on them.
	ReactorTaker TakerKind = "reactor"
)

// Taker is a projection, or a reactor.
type Taker struct {
	Kind TakerKind
	Name string
}

// String returns the form that people read: "projection/messages".
func (t Taker) String() string { return string(t.Kind) + "/" + t.Name }

// EventLetter is an event that somebody cannot take, and stands before.
type EventLetter struct {
	Taker Taker
	Place PlaceID
	// Type is the event's, and Data what it says, which is only shown of one by itself: what is personal in it is sealed.
	Type string
	Data []byte
	// Bytes is how long its data are.
	Bytes int
	// Tries is how often it was tried, Next when it is tried again at the latest; both are zero once it is passed by.
	Tries int
	Next  time.Time
}

// LetterID names a dead letter: by its command, or by an event and who cannot take it.
type LetterID struct {
	Command CommandID
	// Taker and Position are those of an event; zero for a command.
	Taker    Taker
	Position int64
}

// OfEvent reports whether an event is named.
func (id LetterID) OfEvent() bool { return id.Taker != Taker{} }

// String returns the outside form: "cmd_…", or "reactor.mail.1234".
func (id LetterID) String() string {
	if id.OfEvent() {
		return fmt.Sprintf("%s.%s.%d", id.Taker.Kind, id.Taker.Name, id.Position)
	}
	return id.Command.String()
}

// ParseLetterID reads what LetterID.String wrote. Errors: ErrBadID.
func ParseLetterID(text string) (id LetterID, err error) {
	kind, rest, ok := strings.Cut(text, ".")
	if !ok {
		id.Command, err = ParseCommandID(text)
		return id, err
	}
	name, position, _ := strings.Cut(rest, ".")
	id.Taker = Taker{TakerKind(kind), name}
	id.Position, err = strconv.ParseInt(position, 10, 64)
	if known := id.Taker.Kind == ProjectionTaker || id.Taker.Kind == ReactorTaker; err != nil || !known || name == "" || id.Position < 1 || id.String() != text {
		return LetterID{}, fmt.Errorf("%w: want cmd_…, or projection.name.position, or reactor.name.position", ErrBadID)
	}
	return id, nil
}
