package readmodel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

func TestNames(t *testing.T) {
	t.Parallel()
	l := openUsers(t)
	for n, token := range map[int]string{1: "a", 2: "b", 3: "c"} {
		l.person(n, token)
	}
	l.do(users.CommandChangeUser, users.ChangeUser{UserID: personID(2), NoName: true})
	l.do(users.CommandEraseUser, users.EraseUser{UserID: personID(3)})
	l.project(100)
	got, err := l.reads.Names(t.Context(), []string{personID(1), personID(2), personID(3), "service:shop"})
	require.NoError(t, err)
	require.Equal(t, map[string]seal.Text{personID(1): sealed("name")}, got)
}
