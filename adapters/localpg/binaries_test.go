package localpg

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// install lays down an initdb and a postgres that only know their version.
func install(t *testing.T, dir, version string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + " (test)'\n"
	for _, name := range []string{"initdb", "postgres"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755))
	}
}

// Not parallel: PATH belongs to the process.
func TestFindBinaries(t *testing.T) {
	root := openFolder(t)
	install(t, filepath.Join(root, "9", "bin"), "9.6.24")
	install(t, filepath.Join(root, "15", "bin"), "15.18")
	install(t, filepath.Join(root, "17", "bin"), "17.5")
	install(t, filepath.Join(root, "onpath"), "16.9")
	places := []string{filepath.Join(root, "*", "bin"), filepath.Join(root, "none-*")}
	u, err := chooseUser(root)
	require.NoError(t, err)

	t.Setenv("PATH", "/bin")
	found, err := findBinaries(t.Context(), u, places, 0)
	require.NoError(t, err)
	assert.Equal(t, binaries{dir: filepath.Join(root, "17", "bin"), major: 17}, found, "the newest, by number and not by letter")

	found, err = findBinaries(t.Context(), u, places, 15)
	require.NoError(t, err)
	assert.Equal(t, binaries{dir: filepath.Join(root, "15", "bin"), major: 15}, found, "the cluster's own version")

	_, err = findBinaries(t.Context(), u, places, 14)
	require.ErrorIs(t, err, ErrNoBinaries)
	require.ErrorContains(t, err, "the cluster needs version 14")

	_, err = findBinaries(t.Context(), u, []string{filepath.Join(root, "9", "bin")}, 0)
	require.ErrorIs(t, err, ErrNoBinaries, "older than what Florin is tested with")

	t.Setenv("PATH", "relative:"+filepath.Join(root, "onpath"))
	found, err = findBinaries(t.Context(), u, places, 0)
	require.NoError(t, err)
	assert.Equal(t, binaries{dir: filepath.Join(root, "onpath"), major: 16}, found, "PATH comes first")

	// A program that the server's user may not run is none.
	require.NoError(t, os.Chmod(filepath.Join(root, "onpath", "postgres"), 0o600))
	found, err = findBinaries(t.Context(), u, places, 0)
	require.NoError(t, err)
	assert.Equal(t, 17, found.major)
}
