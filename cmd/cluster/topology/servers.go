package topology

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/redis/go-redis/v9"
)

const natsNodes = 3

// NatsNodes are the names of the nodes of NATS.
func NatsNodes() []string { return natsNames() }

func natsNames() (out []string) {
	for i := range natsNodes {
		out = append(out, natsName(i+1))
	}
	return out
}

func natsName(i int) string { return fmt.Sprintf("nats-%d", i) }

// freePorts returns a port for each listener that there will be, by name. They are held until all are known.
func freePorts(ctx context.Context) (map[string]int, error) {
	names := []string{Redis, Nginx}
	for _, name := range natsNames() {
		names = append(names, name, routeOf(name))
	}
	for _, i := range instances() {
		names = append(names, i.name, adminOf(i.name))
	}
	var config net.ListenConfig
	ports, held := map[string]int{}, []error(nil)
	for _, name := range names {
		ln, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		address, ok := ln.Addr().(*net.TCPAddr)
		if !ok {
			return nil, fmt.Errorf("%v is no address of TCP", ln.Addr())
		}
		ports[name] = address.Port
		defer func() { held = append(held, ln.Close()) }() //nolint:gocritic // that is when they may be given back
	}
	return ports, errors.Join(held...)
}

func routeOf(name string) string { return name + " route" }
func adminOf(name string) string { return name + " admin" }

// address is where a part listens.
func (t *Topology) address(name string) string { return fmt.Sprintf("127.0.0.1:%d", t.ports[name]) }

// program returns a part that is one process.
func (t *Topology) program(name, path string, up func(context.Context) error, args ...string) *program {
	return &program{name: name, path: path, args: args, dir: t.dir, log: filepath.Join(t.dir, "logs", name+".log"), guard: t.guard, up: up}
}

// natsNode writes the configuration of a node.
func (t *Topology) natsNode(i int) (*program, error) {
	name := natsName(i)
	var routes []string
	for _, other := range natsNames() {
		if other != name {
			routes = append(routes, fmt.Sprintf("nats-route://florin:%s@%s", t.secrets.nats, t.address(routeOf(other))))
		}
	}
	config := fmt.Sprintf(`server_name: %s
listen: "%s"
max_payload: 1MB
authorization { user: florin, password: %q }
jetstream { store_dir: %q, max_memory_store: 64MB, max_file_store: 8GB }
cluster {
  name: florin
  listen: "%s"
  no_advertise: true
  authorization { user: florin, password: %q }
  routes: [%s]
}
`, name, t.address(name), t.secrets.nats, filepath.Join(t.dir, name), t.address(routeOf(name)), t.secrets.nats, `"`+strings.Join(routes, `", "`)+`"`)
	if err := t.secrets.write(name+".conf", []byte(config)); err != nil {
		return nil, err
	}
	return t.program(name, t.programs.nats, func(ctx context.Context) error { return t.natsUp(ctx, name) }, "-c", t.secrets.file(name+".conf")), nil
}

// natsUp reports whether a node answers, with a leader for JetStream.
func (t *Topology) natsUp(ctx context.Context, name string) error {
	conn, err := nats.Connect(t.natsURL(name), nats.NoReconnect())
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	_, err = js.AccountInfo(ctx)
	return err
}

// natsURL is the address of some nodes, with the password.
func (t *Topology) natsURL(names ...string) string {
	var urls []string
	for _, name := range names {
		urls = append(urls, fmt.Sprintf("nats://florin:%s@%s", t.secrets.nats, t.address(name)))
	}
	return strings.Join(urls, ",")
}

// redisServer writes Redis's configuration. It keeps nothing: what is in it can be had again.
func (t *Topology) redisServer() (*program, error) {
	dir := filepath.Join(t.dir, Redis)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	config := fmt.Sprintf("bind 127.0.0.1\nport %d\nrequirepass %s\ndir %q\nsave \"\"\nappendonly no\nmaxmemory 64mb\nmaxmemory-policy volatile-ttl\n",
		t.ports[Redis], t.secrets.redis, dir)
	if err := t.secrets.write("redis.conf", []byte(config)); err != nil {
		return nil, err
	}
	up := func(ctx context.Context) error {
		client := redis.NewClient(&redis.Options{Addr: t.address(Redis), Password: t.secrets.redis, MaxRetries: -1})
		return errors.Join(client.Ping(ctx).Err(), client.Close())
	}
	return t.program(Redis, t.programs.redis, up, t.secrets.file("redis.conf")), nil
}
