package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConnectionsByRoles(t *testing.T) {
	t.Parallel()
	var pools poolSettings
	require.Equal(t, int32(70), pools.connections(allRoles()))
	require.Equal(t, int32(24), pools.connections(roles{roleAPI}))
	require.Equal(t, int32(24), pools.connections(roles{rolePayments}))
	worker := roles{roleWriter, roleRelay, roleProjector, roleReactor}
	require.Equal(t, int32(46), pools.connections(worker))
	require.Equal(t, int32(164), 3*pools.connections(roles{roleAPI})+2*pools.connections(worker), "what docs/operating.md adds up")
	pools.ReadConnections = 5
	require.Equal(t, int32(55), pools.connections(allRoles()))

	rs, err := parseRoles([]string{"payments", "relay"})
	require.NoError(t, err)
	require.True(t, rs.answers())
	require.False(t, rs.has(roleAPI))
	rs, err = parseRoles([]string{"all"})
	require.NoError(t, err)
	require.False(t, rs.has(rolePayments), "an api answers for payments as well")
	_, err = parseRoles([]string{"king"})
	require.ErrorContains(t, err, "want all or some of [api writer relay projector reactor payments]")
}
