package main

import (
	"net/http"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// An import that is killed while the service works for it leaves nothing behind, and is taken up by the
// same command: each transaction is there once.
func TestImportGoesOnAfterItWasKilled(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	journal, exported := i.export("generated", generatedJournal(2_500))
	reached := make(chan struct{})
	batches := 0 // one after the other, so no two handlers look at it at once
	proxy := i.proxy(func(_ http.ResponseWriter, r *http.Request) bool {
		if !isBatch(r) {
			return true
		}
		if batches++; batches < 2 {
			return true
		}
		i.forward(r) // it is done; whoever asked is gone before it can be said
		close(reached)
		<-r.Context().Done()
		cut()
		return false
	})

	self, err := os.Executable()
	require.NoError(t, err)
	scratch := t.TempDir()
	cmd := exec.CommandContext(t.Context(), self, "import", "--url", proxy, exported)
	cmd.Env = append(os.Environ(), asFlorin+"=1", "TMPDIR="+scratch, "FLORIN_TOKEN="+i.token("usr_books", "finance"))
	require.NoError(t, cmd.Start())
	<-reached
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	left, err := os.ReadDir(scratch)
	require.NoError(t, err)
	require.Empty(t, left, "what was read of the journal lies about")

	a := i.imports(exported)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "posted        500 transactions")
	require.Contains(t, a.out, "there before  2000 transactions")
	require.Equal(t, i.hledgerBalance(journal, nil).text(), i.trialBalance().text())
	require.Equal(t, 2500, i.count())
	i.verify()
}
