package ledger

import "github.com/florinledger/florin/ledger/journal"

// Book is what a decision has to know of a ledger.
type Book struct {
	// Number is the number of its last transaction; they count from 1 without gaps.
	Number int64 `json:"n"`
}

// ErrLedgerName says that a text is no name of a ledger.
const ErrLedgerName = formError("want a lower-case letter followed by up to 31 of a-z, 0-9 and -")

// CheckLedgerName reports nil when name has the form of a ledger's name. Errors: [ErrLedgerName].
func CheckLedgerName(name string) error {
	if len(name) == 0 || len(name) > MaxLedgerName || name[0] < 'a' || name[0] > 'z' {
		return ErrLedgerName
	}
	for i := 1; i < len(name); i++ {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-':
		default:
			return ErrLedgerName
		}
	}
	return nil
}

func books() journal.Kind[Book] { return journal.NewKind[Book]("ledger") }

// findBook returns a ledger; ok is false when there is none. A name that could not be one is never
// looked up, so that no text of a caller's becomes a key unread.
func findBook(s *journal.Scope, name string) (b Book, ok bool) {
	if CheckLedgerName(name) != nil {
		return Book{}, false
	}
	b, ok = books().Get(s, name)
	return b, ok || name == Main
}

// stream is where the events of a ledger belong.
func stream(ledger string) string { return "ledger/" + ledger }

// evolveBooks counts the transactions of each ledger, whichever core made them.
func evolveBooks(s *journal.Scope, e *journal.Event) {
	if len(e.Postings) > 0 {
		books().Put(s, e.Ledger, Book{Number: e.Number})
	}
}

// CreateLedger opens a book of accounts. Refusals: ErrLedgerTaken.
type CreateLedger struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// Validate reports what is wrong with the form of c.
func (c CreateLedger) Validate() []FieldError {
	var f Form
	f.Check("/name", CheckLedgerName(c.Name))
	f.Text("/description", c.Description, MaxDescription)
	return f.errors
}

func decideCreateLedger(s *journal.Scope, c CreateLedger) error {
	if err := Malformed(c.Validate()); err != nil {
		return err
	}
	if _, ok := findBook(s, c.Name); ok {
		return ErrLedgerTaken
	}
	s.Emit(journal.Event{
		Ledger: c.Name, Stream: stream(c.Name), Type: TypeLedgerCreated, Schema: 1,
		Body: LedgerCreated(c),
	})
	return nil
}
