package localpg

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// ownerEnv makes this test binary start a cluster in the folder it names, and then do nothing more:
// the owner that a test kills. temporaryEnv makes the cluster a temporary one.
const (
	ownerEnv     = "LOCALPG_TEST_OWNER"
	temporaryEnv = "LOCALPG_TEST_TEMPORARY"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(ownerEnv); dir != "" {
		own(dir)
	}
	goleak.VerifyTestMain(m)
}

// own prints "<server pid> <home> <URL>" once the cluster serves, and waits to be killed.
func own(dir string) {
	cluster, err := Start(context.Background(), Config{Dir: dir, Temporary: os.Getenv(temporaryEnv) != "", Offline: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if _, err := fmt.Fprintln(os.Stdout, cluster.Pid(), cluster.Home(), cluster.URL(ServiceDatabase)); err != nil {
		os.Exit(1)
	}
	select {}
}
