package localpg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A folder closed to the server's user keeps a pointer, and the data stay behind it. Without root
// there is no such folder: the caller can reach whatever it may write.
func TestFolderOutOfReach(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cluster") // under a folder of mode 0700
	first := start(t, Config{Dir: dir})
	if os.Geteuid() != 0 {
		assert.Equal(t, dir, first.Home())
		return
	}
	home := first.Home()
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(home)) })
	assert.Equal(t, "/var/lib", filepath.Dir(home))
	pointer, err := os.ReadFile(filepath.Join(dir, pointerFile))
	require.NoError(t, err)
	assert.Equal(t, home+"\n", string(pointer))
	require.NoError(t, checkHome(home, first.user))

	fill(t, first.URL(ServiceDatabase))
	_, err = Start(t.Context(), Config{Dir: dir})
	var running *RunningError
	require.ErrorAs(t, err, &running)
	assert.Equal(t, first.Pid(), running.PID)
	stop(t, first)

	second := start(t, Config{Dir: dir})
	assert.Equal(t, home, second.Home())
	assert.Equal(t, 42, query1[int](t, second.URL(ServiceDatabase), "SELECT n FROM kept"))
	stop(t, second)

	require.NoError(t, os.Chmod(home, 0o755))
	_, err = Start(t.Context(), Config{Dir: dir})
	require.ErrorIs(t, err, ErrUnsafeHome)
}

func TestCheckHomeRefuses(t *testing.T) {
	t.Parallel()
	me := serverUser{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	place := t.TempDir()
	folder := func(name string, mode os.FileMode) string {
		path := filepath.Join(place, name)
		require.NoError(t, os.Mkdir(path, 0o700))
		require.NoError(t, os.Chmod(path, mode))
		return path
	}
	sound := folder("sound", 0o700)
	link := filepath.Join(place, "link")
	require.NoError(t, os.Symlink(sound, link))
	file := filepath.Join(place, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o700))

	require.NoError(t, checkHome(sound, me))
	for name, home := range map[string]string{
		"gone":             filepath.Join(place, "gone"),
		"a link":           link,
		"a file":           file,
		"open to others":   folder("open", 0o711),
		"open to a group":  folder("group", 0o770),
		"a relative path":  "sound",
		"nothing at all":   "",
		"a path with dots": filepath.Join(place, "sound") + "/../link",
	} {
		require.ErrorIs(t, checkHome(home, me), ErrUnsafeHome, name)
	}
	other := serverUser{uid: me.uid + 1, gid: me.gid}
	require.ErrorIs(t, checkHome(sound, other), ErrUnsafeHome, "somebody else's")
}

func TestServerEnvDropsWhatChangesPostgres(t *testing.T) {
	t.Parallel()
	got := serverEnv([]string{"PATH=/bin", "PGDATA=/x", "PGPORT=1", "LANG=de_DE", "LC_MESSAGES=fr", "HOME=/h"})
	assert.Equal(t, []string{"PATH=/bin", "HOME=/h", "LC_ALL=C"}, got)
}

func TestReadPostmaster(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content string
		want    postmaster
		fails   bool
	}{
		"ready":    {content: "12\n/d\n1700000000\n5433\n/run\n127.0.0.1\n  123 45\nready   \n", want: postmaster{pid: 12, port: 5433, ready: true}},
		"starting": {content: "12\n/d\n1700000000\n5433\n/run\n127.0.0.1\n  123 45\nstarting\n", want: postmaster{pid: 12, port: 5433}},
		"stopping": {content: "12\n/d\n1700000000\n5433\n/run\n127.0.0.1\n  123 45\nstopping\n", want: postmaster{pid: 12, port: 5433}},
		"begun":    {content: "12\n/d\n", want: postmaster{pid: 12}},
		"empty":    {content: "", fails: true},
		"garbage":  {content: strings.Repeat("\x00", 40), fails: true},
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "postmaster.pid"), []byte(test.content), 0o600))
		got, err := readPostmaster(dir)
		assert.Equal(t, test.fails, err != nil, name)
		assert.Equal(t, test.want, got, name)
	}
	_, err := readPostmaster(t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
}
