package messaging_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
)

// model is a message as whoever looks over everybody's shoulder sees it.
type model struct {
	id, from, to, thread string
	read                 bool
	gone                 map[string]bool // by side
}

func (m *model) seenBy(who string) bool { return (m.from == who || m.to == who) && !m.gone[who] }

// post is all messages, and who was erased.
type post struct {
	messages []*model
	erased   map[string]bool
}

// find returns a message for who is there and sees it.
func (p *post) find(m *model, who string) *model {
	if m == nil || p.erased[who] || !m.seenBy(who) {
		return nil
	}
	return m
}

// send says what a send should be refused with; nil when it goes.
func (p *post) send(from, to string, answered *model, isAnswer bool) *journal.Refusal {
	switch {
	case p.erased[to]:
		return messaging.ErrRecipientNotFound
	case isAnswer && p.find(answered, from) == nil:
		return messaging.ErrMessageNotFound
	case isAnswer && !slices.Equal(sorted(from, to), sorted(answered.from, answered.to)):
		return messaging.ErrThreadParties
	}
	return nil
}

func sorted(a, b string) []string {
	out := []string{a, b}
	slices.Sort(out)
	return out
}

// The deciders do what the model does, whatever is asked of them in whatever order.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := open(t, rapid.Bool().Draw(r, "cold"))
		people := []string{b.ann, b.bob, b.eve}
		p := &post{erased: map[string]bool{}}
		some := func(r *rapid.T) (who string, m *model, id string) {
			who = rapid.SampledFrom(people).Draw(r, "who")
			if len(p.messages) == 0 {
				return who, nil, "msg_01kkn6wx9dg000g00400000001"
			}
			m = rapid.SampledFrom(p.messages).Draw(r, "message")
			return who, m, m.id
		}
		check := func(r *rapid.T, want, got *journal.Refusal) {
			if want == nil {
				require.Nil(r, got)
				return
			}
			require.NotNil(r, got, want.Code)
			require.Equal(r, want.Code, got.Code)
		}
		r.Repeat(map[string]func(*rapid.T){
			"send": func(r *rapid.T) {
				from, answered, id := some(r)
				to, isAnswer := rapid.SampledFrom(people).Draw(r, "to"), rapid.Bool().Draw(r, "answer")
				if p.erased[from] {
					return // TestWhoCanBeWrittenTo
				}
				c := letter(from, to)
				if isAnswer {
					c.InReplyTo = id
				}
				a := b.When(messaging.CommandSendMessage, c)
				want := p.send(from, to, answered, isAnswer)
				check(r, want, a.Refusal)
				if want != nil {
					return
				}
				sent := a.Events[0].Body.(messaging.Sent)
				m := &model{id: sent.MessageID, from: from, to: to, thread: sent.MessageID, read: from == to, gone: map[string]bool{}}
				if isAnswer {
					m.thread = answered.thread
				}
				require.Equal(r, m.thread, sent.ThreadID)
				p.messages = append(p.messages, m)
			},
			"edit": func(r *rapid.T) {
				who, m, id := some(r)
				a := b.When(messaging.CommandEditMessage, edit(who, id))
				switch m = p.find(m, who); {
				case m == nil:
					check(r, messaging.ErrMessageNotFound, a.Refusal)
				case m.from != who:
					check(r, messaging.ErrNotAuthor, a.Refusal)
				default:
					check(r, nil, a.Refusal)
					require.Len(r, a.Events, 1)
				}
			},
			"read": func(r *rapid.T) {
				who, m, id := some(r)
				a := b.When(messaging.CommandReadMessage, messaging.ReadMessage{By: who, MessageID: id})
				switch m = p.find(m, who); {
				case m == nil:
					check(r, messaging.ErrMessageNotFound, a.Refusal)
				case m.to != who:
					check(r, messaging.ErrNotRecipient, a.Refusal)
				default:
					check(r, nil, a.Refusal)
					require.Equal(r, m.read, len(a.Events) == 0)
					m.read = true
				}
			},
			"delete": func(r *rapid.T) {
				who, m, id := some(r)
				a := b.When(messaging.CommandDeleteMessage, messaging.DeleteMessage{By: who, MessageID: id})
				if m == nil || p.erased[who] || (m.from != who && m.to != who) {
					check(r, messaging.ErrMessageNotFound, a.Refusal)
					return
				}
				check(r, nil, a.Refusal)
				require.Equal(r, m.gone[who], len(a.Events) == 0)
				m.gone[who] = true
			},
			"erase": func(r *rapid.T) {
				who := rapid.SampledFrom(people).Draw(r, "who")
				if rapid.IntRange(0, 4).Draw(r, "seldom") == 0 {
					b.erase(who)
					p.erased[who] = true
				}
			},
			"take over": func(*rapid.T) { b.Reload() },
		})
		require.Equal(r, b.State(), b.Replay(cores()...).State())
	})
}
