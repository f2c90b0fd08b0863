package users_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users"
)

// model is people and their addresses, and what a vault would know, in a few lines.
type model struct {
	tokens map[string]string // by address: what the vault would give out now
	given  int               // how many tokens it has given out
	gone   map[string]bool   // tokens that were given up
	owner  map[string]string // by token: whose it is
	own    map[string]string // by person: the token that is theirs
	waits  map[string]string // by person: the token that waits
	erased map[string]bool
}

// token asks the vault for the token of an address.
func (m *model) token(address string) string {
	if m.tokens[address] == "" {
		m.given++
		m.tokens[address] = fmt.Sprint("t", m.given)
	}
	return m.tokens[address]
}

// release gives tokens up: the vault gives their addresses others from now on.
func (m *model) release(tokens ...string) {
	for _, token := range tokens {
		m.gone[token] = true
		delete(m.owner, token)
		for address, t := range m.tokens {
			if t == token {
				delete(m.tokens, address)
			}
		}
	}
}

// unclaim takes back what somebody waits for, unless it has become somebody's.
func (m *model) unclaim(id string) {
	if token := m.waits[id]; token != "" && m.owner[token] == "" && !m.gone[token] {
		m.release(token)
	}
	delete(m.waits, id)
}

// The deciders do what the model does, whatever is asked of them in whatever order: no two people ever
// have one address, what was given up comes back to nobody, and who is erased stays erased. A token may
// be asked of the vault long before it is used, as it is when a request is slow.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := decidetest.Open(t, rapid.Bool().Draw(r, "cold"), users.Register)
		m := &model{
			tokens: map[string]string{}, gone: map[string]bool{}, owner: map[string]string{}, own: map[string]string{},
			waits: map[string]string{}, erased: map[string]bool{},
		}
		persons := rapid.SampledFrom([]string{ann, bob, eve})
		addresses := rapid.SampledFrom([]string{"x", "y", "z"})
		held := "t0" // a token that somebody holds who is slow
		draw := func(r *rapid.T) string {
			if rapid.Bool().Draw(r, "slow") {
				return held
			}
			return m.token(addresses.Draw(r, "address"))
		}
		ask := func(r *rapid.T, c any, done bool) {
			a := b.When(commandType(t, c), c)
			require.Equal(r, done, a.Refusal == nil, "%+v: %v", c, a.Refusal)
		}
		there := func(id string) bool { return m.own[id] != "" }
		free := func(token string) bool { return m.owner[token] == "" && !m.gone[token] }
		r.Repeat(map[string]func(*rapid.T){
			"hold": func(r *rapid.T) { held = m.token(addresses.Draw(r, "address")) },
			"register": func(r *rapid.T) {
				id, token := persons.Draw(r, "person"), draw(r)
				isNew := !there(id) && !m.erased[id]
				ask(r, registering(id, token), isNew && !m.gone[token])
				if isNew && free(token) {
					m.own[id], m.owner[token] = token, id
				}
			},
			"confirm": func(r *rapid.T) {
				id, token := persons.Draw(r, "person"), draw(r)
				if rapid.Bool().Draw(r, "what waits") && m.waits[id] != "" {
					token = m.waits[id]
				}
				moves := there(id) && m.waits[id] == token && free(token)
				ask(r, users.ConfirmEmail{UserID: id, EmailToken: token}, moves || there(id) && m.own[id] == token)
				if moves {
					m.release(m.own[id])
					m.own[id], m.owner[token] = token, id
					delete(m.waits, id)
				}
			},
			"ask for an address": func(r *rapid.T) {
				id, token := persons.Draw(r, "person"), draw(r)
				own := there(id) && m.own[id] == token
				done := there(id) && (own || !m.gone[token]) // taken or not
				ask(r, users.ChangeUser{UserID: id, EmailToken: token, Email: sealed(token)}, done)
				if done && m.waits[id] != token {
					m.unclaim(id)
				}
				if done && !own {
					m.waits[id] = token
				}
			},
			"change the password": func(r *rapid.T) {
				id := persons.Draw(r, "person")
				ask(r, users.ChangeUser{UserID: id, Credential: sealed("new")}, there(id))
				m.unclaim(id)
			},
			"erase": func(r *rapid.T) {
				id := persons.Draw(r, "person")
				ask(r, users.EraseUser{UserID: id}, there(id) || m.erased[id])
				if there(id) {
					m.unclaim(id)
					m.release(m.own[id])
					delete(m.own, id)
					m.erased[id] = true
				}
			},
			"take over": func(*rapid.T) { b.Reload() },
			"":          func(r *rapid.T) { compare(r, t, b, m) },
		})
		require.Equal(r, b.State(), b.Replay(users.Register).State())
	})
}

// compare holds the decision state against the model.
func compare(r *rapid.T, t *testing.T, b *decidetest.Book, m *model) {
	for id, u := range people(t, b) {
		waiting := ""
		if u.Pending != nil {
			waiting = u.Pending.EmailToken
		}
		require.Equal(r, m.own[id], u.EmailToken)
		require.Equal(r, m.waits[id], waiting)
		require.Equal(r, m.erased[id], u.Status == users.StatusErased)
		require.Equal(r, m.erased[id], u.Email == nil && u.Credential == nil && u.Roles == nil)
	}
	holders := map[string]string{}
	for token, a := range holdersOf(t, b) {
		require.Equal(r, m.gone[token], a.Retired, token)
		if !a.Retired {
			require.Empty(r, holders[a.UserID], "somebody has two addresses")
			holders[a.UserID] = token
		}
	}
	require.Equal(r, m.own, holders)
	var released []string
	for _, e := range b.Events() {
		released = append(released, users.ReleasedBy(e)...)
	}
	require.Len(r, m.gone, len(released), "each token is given up once")
	for _, token := range slices.Compact(released) {
		require.True(r, m.gone[token])
	}
}

// people reads the decision state of people.
func people(t testing.TB, b *decidetest.Book) map[string]users.State {
	return rowsOf[users.State](t, b, "user/")
}

// holdersOf reads the decision state of addresses.
func holdersOf(t testing.TB, b *decidetest.Book) map[string]users.Address {
	return rowsOf[users.Address](t, b, "email/")
}

func rowsOf[T any](t testing.TB, b *decidetest.Book, kind string) map[string]T {
	t.Helper()
	out := map[string]T{}
	for stored, data := range b.State() {
		if key, ok := strings.CutPrefix(stored, kind); ok {
			var v T
			require.NoError(t, json.Unmarshal([]byte(data), &v))
			out[key] = v
		}
	}
	return out
}
