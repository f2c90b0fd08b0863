package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/adapters/rediscache/redistest"
)

// survey is everything that a service has written down anywhere but in letters, which are the person's
// own: by place, what lies there.
type survey map[string][][]byte

func (v survey) add(place string, data []byte) { v[place] = append(v[place], data) }

// find returns where which secrets are, in which form.
func (v survey) find(n *needles) map[string][]string {
	found := map[string][]string{}
	for place, pile := range v {
		all := map[string]bool{}
		for _, data := range pile {
			for secret := range n.in(data) {
				all[secret] = true
			}
		}
		for secret := range all {
			found[place] = append(found[place], secret)
		}
		slices.Sort(found[place])
	}
	return found
}

// places returns where something of this is, in order.
func (v survey) places(n *needles) []string {
	var out []string
	for place, secrets := range v.find(n) {
		if len(secrets) > 0 {
			out = append(out, place)
		}
	}
	slices.Sort(out)
	return out
}

// watched is a service that is overheard: everything that it writes to its log, and everything that anybody
// sends over NATS.
type watched struct {
	*service
	redis *redistest.Server
	said  logbook

	mu   sync.Mutex
	wire [][]byte
	deaf func()
}

// watchService starts a service with a Redis, overheard.
func watchService(t *testing.T) *watched {
	t.Helper()
	w := &watched{service: prepareService(t), redis: redistest.Start(t), deaf: func() {}}
	w.settings.RedisURL = w.redis.URL()
	w.service.log = slog.New(slog.NewJSONHandler(&w.said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.begin()
	t.Cleanup(w.end)
	return w
}

// begin starts the service and listens to NATS from then on, before anybody can know of it.
func (w *watched) begin() {
	w.t.Helper()
	w.start()
	conn, err := nats.Connect(w.nats.URL())
	require.NoError(w.t, err)
	all, err := conn.Subscribe(">", func(m *nats.Msg) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.wire = append(w.wire, []byte(m.Subject+" "+m.Reply), m.Data)
		for name, values := range m.Header {
			w.wire = append(w.wire, []byte(name+": "+strings.Join(values, ", ")))
		}
	})
	require.NoError(w.t, err)
	require.NoError(w.t, all.SetPendingLimits(-1, -1))
	require.NoError(w.t, conn.Flush())
	w.deaf = conn.Close
}

// end stops the service.
func (w *watched) end() {
	w.stop()
	w.deaf()
}

// rest stops the service and NATS, and looks everywhere.
func (w *watched) rest() survey {
	w.t.Helper()
	v := survey{}
	w.streams(v)
	w.end()
	w.nats.Stop()
	w.tables(v, "journal", w.settings.DatabaseURL)
	w.tables(v, "vault", w.settings.KeysDatabaseURL)
	w.relations(v, "journal", w.settings.DatabaseURL)
	w.relations(v, "vault", w.settings.KeysDatabaseURL)
	w.files(v, "store", w.nats.StoreDir())
	w.keys(v)
	v.add("log", w.said.read())
	w.mu.Lock()
	defer w.mu.Unlock()
	v["wire"] = w.wire
	return v
}

// wake starts NATS and the service again.
func (w *watched) wake() {
	w.t.Helper()
	w.nats.Restart(false)
	w.begin()
}

// tables reads every value of every table, catalogues with their statistics included: as text, and what is
// binary as it is too.
func (w *watched) tables(v survey, name, databaseURL string) {
	w.t.Helper()
	ctx := w.t.Context()
	conn, err := pgx.Connect(ctx, pgtest.Super(w.t, databaseURL))
	require.NoError(w.t, err)
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, `SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'm', 'f') ORDER BY 1`)
	require.NoError(w.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(w.t, err)
	for _, table := range tables {
		place := name + " table " + table
		v[place] = nil
		result := conn.PgConn().ExecParams(ctx, "SELECT * FROM "+table, nil, nil, nil, nil)
		for result.NextRow() {
			for _, value := range result.Values() {
				v.add(place, bytes.Clone(value))
				if binary, err := hex.DecodeString(strings.TrimPrefix(string(value), `\x`)); err == nil {
					v.add(place, binary)
				}
			}
		}
		_, err := result.Close()
		require.NoError(w.t, err, table)
	}
}

// relations reads the files of all tables and indexes, with what was deleted from them and not overwritten yet.
func (w *watched) relations(v survey, name, databaseURL string) {
	w.t.Helper()
	ctx := w.t.Context()
	conn, err := pgx.Connect(ctx, pgtest.Super(w.t, databaseURL))
	require.NoError(w.t, err)
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "CHECKPOINT")
	require.NoError(w.t, err)
	rows, err := conn.Query(ctx, `SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class WHERE pg_relation_filepath(oid) IS NOT NULL`)
	require.NoError(w.t, err)
	v[name+" files"], err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
	require.NoError(w.t, err)
}

// files reads every file below a folder, and their names.
func (w *watched) files(v survey, place, dir string) {
	w.t.Helper()
	require.NoError(w.t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		v.add(place, []byte(path))
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		v.add(place, data)
		return err
	}))
}

// streams reads every message that JetStream still has, those that are in its memory alone included.
func (w *watched) streams(v survey) {
	w.t.Helper()
	ctx := w.t.Context()
	conn, err := nats.Connect(w.nats.URL())
	require.NoError(w.t, err)
	defer conn.Close()
	js, err := jetstream.New(conn)
	require.NoError(w.t, err)
	list := js.ListStreams(ctx)
	for info := range list.Info() {
		stream, err := js.Stream(ctx, info.Config.Name)
		require.NoError(w.t, err)
		require.Equal(w.t, jetstream.NoCompression, info.Config.Compression, "its files do not say what is in them")
		place := "stream " + info.Config.Name
		v[place] = nil
		for seq := info.State.FirstSeq; seq > 0 && seq <= info.State.LastSeq; seq++ {
			m, err := stream.GetMsg(ctx, seq)
			if errors.Is(err, jetstream.ErrMsgNotFound) {
				continue // replaced, or cleared, in between
			}
			require.NoError(w.t, err)
			v.add(place, []byte(m.Subject))
			v.add(place, m.Data)
			for name, values := range m.Header {
				v.add(place, []byte(name+": "+strings.Join(values, ", ")))
			}
		}
	}
	require.NoError(w.t, list.Err())
}

// keys reads every key of Redis: its name, its value, and what Redis would write to a file of it.
func (w *watched) keys(v survey) {
	w.t.Helper()
	ctx := w.t.Context()
	options, err := redis.ParseURL(w.redis.URL())
	require.NoError(w.t, err)
	client := redis.NewClient(options)
	defer client.Close()
	names := client.Scan(ctx, 0, "*", 1000).Iterator()
	for names.Next(ctx) {
		name := names.Val()
		dump, err := client.Dump(ctx, name).Result()
		if errors.Is(err, redis.Nil) {
			continue // it has ended meanwhile
		}
		require.NoError(w.t, err)
		v.add("redis", []byte(name))
		v.add("redis", []byte(dump))
		switch kind := client.Type(ctx, name).Val(); kind {
		case "string":
			v.add("redis", []byte(client.Get(ctx, name).Val()))
		case "hash":
			for field, value := range client.HGetAll(ctx, name).Val() {
				v.add("redis", []byte(field))
				v.add("redis", []byte(value))
			}
		case "none":
		default:
			require.Fail(w.t, "a kind of key that is not looked into", "%s: %s", name, kind)
		}
	}
	require.NoError(w.t, names.Err())
}

// logbook keeps what is written to a log.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logbook) read() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.text.Bytes())
}

// What is planted is found, wherever a service could have left it.
func TestSurvey(t *testing.T) {
	t.Parallel()
	w := watchService(t)
	const secret = "needle in the haystack"
	n := newNeedles(t, map[string]string{"needle": secret})
	require.Empty(t, w.rest().places(n))
	w.wake()

	ctx := t.Context()
	db, err := pgx.Connect(ctx, w.settings.DatabaseURL)
	require.NoError(t, err)
	_, err = db.Exec(ctx, `CREATE SCHEMA haystack`)
	require.NoError(t, err)
	for _, table := range []string{
		`haystack.as_text AS SELECT $1::text AS value`, `haystack.as_bytes AS SELECT convert_to($1, 'UTF8') AS value`,
		`haystack.as_json AS SELECT json_build_object('a', json_build_array($1::text)) AS value`,
		`haystack.as_digest AS SELECT sha256(convert_to($1, 'UTF8')) AS value`, `haystack.gone AS SELECT $1::text AS value`,
	} {
		_, err = db.Exec(ctx, "CREATE TABLE "+strings.ReplaceAll(table, "$1", "'"+secret+"'"))
		require.NoError(t, err)
	}
	_, err = db.Exec(ctx, `DELETE FROM haystack.gone`)
	require.NoError(t, err)
	require.NoError(t, db.Close(ctx))
	conn, err := nats.Connect(w.nats.URL())
	require.NoError(t, err)
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	for name, storage := range map[string]jetstream.StorageType{"MEMORY": jetstream.MemoryStorage, "FILE": jetstream.FileStorage} {
		_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: name, Subjects: []string{name}, Storage: storage})
		require.NoError(t, err)
		_, err = js.Publish(ctx, name, []byte(secret))
		require.NoError(t, err)
	}
	conn.Close()
	options, err := redis.ParseURL(w.redis.URL())
	require.NoError(t, err)
	client := redis.NewClient(options)
	require.NoError(t, client.HSet(ctx, "a hash", "a field", secret).Err())
	require.NoError(t, client.Close())
	w.service.log.Debug("said", "what", secret)
	require.Equal(t, []string{
		"journal files", "journal table haystack.as_bytes", "journal table haystack.as_digest", "journal table haystack.as_json",
		"journal table haystack.as_text", "log", "redis", "store", "stream FILE", "stream MEMORY", "wire",
	}, w.rest().places(n))
}
