package topology

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A disk is full when it is filled, has room when it is freed, and hands back what lies on it. Where nothing may be mounted
// that is said, and nothing is changed.
func TestVolume(t *testing.T) {
	t.Parallel()
	guard, err := startWatchdog("")
	require.NoError(t, err)
	defer func() { require.NoError(t, guard.dismiss()) }()
	top := &Topology{dir: t.TempDir(), guard: guard}
	folder := filepath.Join(top.dir, "data")
	require.NoError(t, os.Mkdir(folder, 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "before"), []byte("1"), 0o600))
	allowed := top.CanMount(t.Context())
	if allowed != nil {
		require.ErrorIs(t, allowed, ErrNotHere)
		left, err := os.ReadDir(top.dir)
		require.NoError(t, err)
		require.Len(t, left, 1)
		return
	}
	disk, err := top.Volume(t.Context(), folder, 1<<20)
	require.NoError(t, err)
	write := func(name string) error {
		return os.WriteFile(filepath.Join(folder, name), make([]byte, 8<<10), 0o600)
	}
	require.NoError(t, write("room"))
	require.NoError(t, disk.Fill())
	require.ErrorIs(t, write("full"), syscall.ENOSPC)
	require.NoError(t, disk.Free())
	require.NoError(t, write("again"))
	require.NoError(t, disk.Remove(t.Context()))
	var names []string
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.Equal(t, []string{"again", "before", "full", "room"}, names)
	info, err := os.Stat(folder)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o750), info.Mode().Perm())
}
