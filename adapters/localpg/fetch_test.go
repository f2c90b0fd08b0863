package localpg

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mavenRepository serves jar, whatever architecture is asked for, and counts the downloads.
func mavenRepository(t *testing.T, jar []byte) (url string, downloads *atomic.Int32) {
	t.Helper()
	downloads = new(atomic.Int32)
	sum := sha256.Sum256(jar)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		switch {
		case !strings.Contains(r.URL.Path, "/"+string(fetchVersion)+"/"):
			http.NotFound(w, r)
		case strings.HasSuffix(r.URL.Path, ".jar"):
			downloads.Add(1)
			_, err = w.Write(jar)
		case strings.HasSuffix(r.URL.Path, ".jar.sha256"):
			_, err = w.Write([]byte(hex.EncodeToString(sum[:])))
		}
		assert.NoError(t, err)
	}))
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections() // the library's client, which keeps goroutines alive
		server.Close()
	})
	return server.URL, downloads
}

// postgresJar packs programs that hand over to the installed Postgres, in the shape of the published
// archives: a jar that holds a tar.xz with bin/.
func postgresJar(t *testing.T, programs ...string) []byte {
	t.Helper()
	u, err := chooseUser(t.TempDir())
	require.NoError(t, err)
	installed, err := findBinaries(t.Context(), u, wellKnown(), 0)
	require.NoError(t, err)

	var archive bytes.Buffer
	tarball := tar.NewWriter(&archive)
	for _, name := range programs {
		script := "#!/bin/sh\nexec " + filepath.Join(installed.dir, name) + ` "$@"` + "\n"
		require.NoError(t, tarball.WriteHeader(&tar.Header{Name: "bin/" + name, Mode: 0o755, Size: int64(len(script)), Typeflag: tar.TypeReg}))
		_, err := tarball.Write([]byte(script))
		require.NoError(t, err)
	}
	require.NoError(t, tarball.Close())

	var jar bytes.Buffer
	zipped := zip.NewWriter(&jar)
	entry, err := zipped.Create("postgres-test.txz")
	require.NoError(t, err)
	_, err = entry.Write(storeXZ(archive.Bytes()))
	require.NoError(t, err)
	require.NoError(t, zipped.Close())
	return jar.Bytes()
}

// storeXZ wraps data in the xz format without compressing it: one stream, one block, no check.
// Source: tukaani.org/xz/xz-file-format.txt.
func storeXZ(data []byte) []byte {
	le32 := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }
	pad := func(b []byte) []byte { return append(b, make([]byte, (4-len(b)%4)%4)...) }
	flags := []byte{0, 0} // check: none

	out := append([]byte{0xFD, '7', 'z', 'X', 'Z', 0}, flags...)
	out = append(out, le32(flags)...)
	header := []byte{2, 0, 0x21, 1, 0x16, 0, 0, 0} // 12 bytes with the sum; filter LZMA2, 8 MiB dictionary
	block := slices.Concat(header, le32(header))
	for rest, reset := data, byte(1); len(rest) > 0; reset = 2 {
		chunk := rest[:min(len(rest), 1<<16)]
		block = append(block, reset, byte((len(chunk)-1)>>8), byte(len(chunk)-1))
		block = append(block, chunk...)
		rest = rest[len(chunk):]
	}
	block = append(block, 0)
	index := []byte{0, 1}
	index = binary.AppendUvarint(index, uint64(len(block)))
	index = binary.AppendUvarint(index, uint64(len(data)))
	index = pad(index)
	index = append(index, le32(index)...)

	footer := binary.LittleEndian.AppendUint32(nil, uint32(len(index)/4-1))
	footer = append(footer, flags...)
	out = append(out, pad(block)...)
	out = append(out, index...)
	out = append(out, le32(footer)...)
	return append(append(out, footer...), 'Y', 'Z')
}

// Not parallel, as all tests here: PATH belongs to the process.
func TestStartFetchesWhatIsNotInstalled(t *testing.T) {
	url, downloads := mavenRepository(t, postgresJar(t, "initdb", "postgres", "pg_ctl"))
	t.Setenv("PATH", "/bin")
	t.Setenv("TMPDIR", t.TempDir()) // the library leaves a log there
	dir := openFolder(t)
	cfg := Config{Dir: dir, Repository: url + "/", places: []string{"/nowhere"}}

	for range 2 {
		cluster, err := Start(t.Context(), cfg)
		require.NoError(t, err)
		assert.Equal(t, 1, query1[int](t, cluster.URL(ServiceDatabase), "SELECT 1"))
		stop(t, cluster)
	}
	assert.Equal(t, int32(1), downloads.Load(), "the second start finds what the first has fetched")
	assert.FileExists(t, filepath.Join(dir, fetchedFolder, "bin", "postgres"))
	left, err := filepath.Glob(filepath.Join(dir, "fetch-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestFetchFails(t *testing.T) {
	t.Setenv("PATH", "/bin")
	t.Setenv("TMPDIR", t.TempDir()) // the library leaves a log there
	damaged := postgresJar(t, "initdb", "postgres", "pg_ctl")
	damaged = damaged[:len(damaged)/2]
	incomplete := postgresJar(t, "pg_ctl")
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()

	for name, jar := range map[string][]byte{"damaged": damaged, "without the server": incomplete, "no server": nil} {
		url := closed.URL
		if jar != nil {
			url, _ = mavenRepository(t, jar)
		}
		dir := openFolder(t)
		_, err := Start(t.Context(), Config{Dir: dir, Repository: url, places: []string{"/nowhere"}})
		require.ErrorIs(t, err, ErrNoBinaries, name)
		require.ErrorContains(t, err, "fetch Postgres "+string(fetchVersion), name)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, entry := range entries {
			assert.NotContains(t, entry.Name(), "postgres-", name)
			assert.NotContains(t, entry.Name(), "fetch-", name)
		}
	}

	_, err := Start(t.Context(), Config{Dir: openFolder(t), Offline: true, places: []string{"/nowhere"}})
	require.ErrorIs(t, err, ErrNoBinaries)
	require.ErrorContains(t, err, "/nowhere")
}
