package journal

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What can be read can be written, and reads the same again.

func FuzzParseDelivery(f *testing.F) {
	c := sampleCommand(1)
	f.Add(AppendRef(AppendCommand(AppendDelivery(nil, "to"), &c), CommandID{1}))
	f.Add([]byte{1, 'D', 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ParseDelivery(data)
		if err != nil {
			require.ErrorIs(t, err, ErrBadWire)
			return
		}
		buf := AppendDelivery(nil, d.ReplyTo)
		for i := range d.Commands {
			buf = AppendCommand(buf, &d.Commands[i])
		}
		for _, id := range d.Refs {
			buf = AppendRef(buf, id)
		}
		again, err := ParseDelivery(buf)
		require.NoError(t, err)
		require.Equal(t, d, again)
	})
}

func FuzzParseAnswers(f *testing.F) {
	a := Answer{Outcome: Outcome{Status: Refused, Refusal: &Refusal{Code: "c"}}, Events: []Event{sampleEvent(1)}}
	f.Add(AppendAnswer(AppendAnswers(nil), &a))
	f.Fuzz(func(t *testing.T, data []byte) {
		answers, err := ParseAnswers(data)
		if err != nil {
			require.ErrorIs(t, err, ErrBadWire)
			return
		}
		buf := AppendAnswers(nil)
		for i := range answers {
			for _, e := range answers[i].Events {
				if !writable(e.Postings) {
					return
				}
			}
			buf = AppendAnswer(buf, &answers[i])
		}
		again, err := ParseAnswers(buf)
		require.NoError(t, err)
		require.Len(t, again, len(answers))
	})
}

func FuzzParseEvent(f *testing.F) {
	e := sampleEvent(1)
	f.Add(AppendEvent(nil, &e))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ParseEvent(data)
		if err != nil {
			require.ErrorIs(t, err, ErrBadWire)
			return
		}
		if !writable(e.Postings) {
			return
		}
		buf := AppendEvent(nil, &e)
		again, err := ParseEvent(buf)
		require.NoError(t, err)
		require.Equal(t, buf, AppendEvent(nil, &again))
	})
}

// writable reports whether the stored form can be made of postings: garbage may hold an exponent
// that is a gigabyte of digits when written out, or characters that an address never has.
func writable(ps []Posting) bool {
	for _, p := range ps {
		for _, e := range []int32{p.Amount.Exponent(), p.Balance.Exponent()} {
			if e < -100 || e > 100 {
				return false
			}
		}
		for _, s := range []string{p.Account, p.Asset} {
			for _, c := range []byte(s) {
				if c < ' ' || c > '~' || c == '"' || c == '\\' {
					return false
				}
			}
		}
	}
	return true
}
