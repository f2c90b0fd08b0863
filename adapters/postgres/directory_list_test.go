package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

func TestDirectoryListsWhatIsGone(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	d := NewDirectory(p.pool)
	var people []string
	for n := range byte(5) {
		id, _ := p.register(t, n+1)
		people = append(people, id)
	}
	p.tell(t, users.CommandConfirmEmail, users.ConfirmEmail{UserID: people[0], EmailToken: "tok-1"})
	p.tell(t, users.CommandChangeUser, users.ChangeUser{UserID: people[0], EmailToken: "tok-9", Email: seal.Text("another")})
	p.tell(t, users.CommandConfirmEmail, users.ConfirmEmail{UserID: people[0], EmailToken: "tok-9"})
	for _, i := range []int{3, 1} {
		p.tell(t, users.CommandEraseUser, users.EraseUser{UserID: people[i]})
	}

	known, err := d.Known(t.Context(), []string{people[0], people[1], "usr_nobody"})
	require.NoError(t, err)
	require.Equal(t, map[string]bool{people[0]: true, people[1]: true, "usr_nobody": false}, known)

	list := func(page func(after string) ([]string, error)) (all []string) {
		for after := ""; ; after = all[len(all)-1] {
			ids, err := page(after)
			require.NoError(t, err)
			if len(ids) == 0 {
				return all
			}
			require.Len(t, ids, 1)
			all = append(all, ids...)
		}
	}
	require.Equal(t, []string{people[1], people[3]}, list(func(after string) ([]string, error) { return d.Erased(t.Context(), after, 1) }))
	require.Equal(t, []string{"tok-1", "tok-2", "tok-4"}, list(func(after string) ([]string, error) { return d.GivenUp(t.Context(), after, 1) }))
}
