package pgtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

// processEnv makes this test binary a test process of its own kind: it makes a database, prints
// "<database> <data folder> <server pid>", and ends as the variable says.
const processEnv = "PGTEST_TEST_PROCESS"

func TestMain(m *testing.M) {
	if ending := os.Getenv(processEnv); ending != "" {
		testProcess(ending)
		return
	}
	goleak.VerifyTestMain(m, IgnoreServer())
}

func testProcess(ending string) {
	ctx := context.Background()
	server, err := theServer()
	check(err)
	name, err := databaseName("process")
	check(err)
	check(server.copyTemplate(ctx, server.journal, name))
	conn, err := pgx.Connect(ctx, withDatabase(server.super, name))
	check(err)
	var data string
	check(conn.QueryRow(ctx, "SHOW data_directory").Scan(&data))
	var pid int
	pidfile, err := os.Open(filepath.Join(data, "postmaster.pid"))
	check(err)
	_, err = fmt.Fscan(pidfile, &pid)
	check(err)
	_, err = fmt.Fprintln(os.Stdout, name, data, pid)
	check(err)
	switch ending {
	case "return":
	case "exit":
		os.Exit(0)
	case "panic":
		panic("as asked")
	case "be killed":
		select {}
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
