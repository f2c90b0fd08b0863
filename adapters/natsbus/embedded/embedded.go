package embedded

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/crypto/bcrypt"
)

var (
	// ErrRunning says that another server, of this process or another, uses the folder.
	ErrRunning = errors.New("embedded: a NATS server is already running in this folder")

	// ErrRefused says that the server gave up by itself, mostly because the port is taken. The
	// error's text carries its words.
	ErrRefused = errors.New("embedded: the NATS server did not start")
)

// user is the one account that may connect.
const user = "florin"

// Config says where a server keeps its streams and how it listens. Dir is required.
type Config struct {
	// Dir is the server's folder. Start makes it where it is missing, closed to others.
	Dir string
	// Port is the TCP port on 127.0.0.1; 0 takes a free one.
	Port int
	// MaxPayload is the largest message in bytes; 0 means DefaultMaxPayload.
	MaxPayload int32
	// MaxStore is the room on disk for all streams, in bytes; 0 means DefaultMaxStore.
	MaxStore int64
	// Log gets the server's own lines, as the attribute "text"; nil for none.
	Log *slog.Logger
}

// Server is a running server. Its methods may be called from any goroutine.
type Server struct {
	dir      string
	password string
	port     int
	nats     *server.Server
	lock     *os.File

	stop    sync.Once
	stopErr error
}

// Start runs a server and returns once it accepts connections and its streams are recovered.
//
// Errors: ErrRunning, ErrRefused; faults of the file system.
func Start(cfg Config) (_ *Server, err error) {
	if cfg.Dir == "" {
		return nil, errors.New("embedded: Config.Dir is empty")
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("embedded: %w", err)
	}
	s := &Server{dir: cfg.Dir}
	if s.lock, err = acquire(s.dir); err != nil {
		return nil, err
	}
	if s.password, err = loadPassword(s.dir); err != nil {
		return nil, errors.Join(err, s.lock.Close())
	}
	options, err := s.options(cfg)
	if err != nil {
		return nil, errors.Join(err, s.lock.Close())
	}
	if s.nats, err = server.NewServer(options); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrRefused, err), s.lock.Close())
	}
	output := newOutput(cfg.Log)
	s.nats.SetLogger(output, false, false)
	s.nats.Start()
	if err := s.await(output); err != nil {
		return nil, errors.Join(err, s.Shutdown())
	}
	return s, nil
}

// options are the server's settings. What is not named stays as NATS has it, sync_interval above
// all: an acknowledged message is written, not yet synced, and nothing in Florin relies on more.
func (s *Server) options(cfg Config) (*server.Options, error) {
	// A hash, because the server warns of a password that it is told. The cheapest will do: nobody
	// guesses random bytes, and each connection pays for it.
	hash, err := bcrypt.GenerateFromPassword([]byte(s.password), bcrypt.MinCost)
	if err != nil {
		return nil, fmt.Errorf("embedded: password: %w", err)
	}
	options := &server.Options{
		ServerName:             "florin",
		Host:                   "127.0.0.1",
		Port:                   cfg.Port,
		Username:               user,
		Password:               string(hash),
		JetStream:              true,
		StoreDir:               s.dir, // the server adds "jetstream"
		JetStreamMaxMemory:     maxMemory,
		JetStreamMaxStore:      cfg.MaxStore,
		MaxPayload:             cfg.MaxPayload,
		NoSigs:                 true, // Ctrl-C is the service's to handle: it drains first
		DisableJetStreamBanner: true,
	}
	if options.Port == 0 {
		options.Port = server.RANDOM_PORT
	}
	if options.MaxPayload == 0 {
		options.MaxPayload = DefaultMaxPayload
	}
	if options.JetStreamMaxStore == 0 {
		options.JetStreamMaxStore = DefaultMaxStore
	}
	return options, nil
}

// await returns once the server is ready, or has said why it never will be.
func (s *Server) await(output *output) error {
	for range readyTimeout / readyPoll {
		if s.nats.ReadyForConnections(readyPoll) {
			address, ok := s.nats.Addr().(*net.TCPAddr)
			if !ok {
				return fmt.Errorf("%w: it listens on no TCP port", ErrRefused)
			}
			s.port = address.Port
			return nil
		}
		select {
		case text := <-output.fatal:
			return fmt.Errorf("%w: %s", ErrRefused, text)
		default:
		}
	}
	return fmt.Errorf("%w: not ready after %s", ErrRefused, readyTimeout)
}

// URL is the address to connect to. It carries the password.
func (s *Server) URL() string {
	address := url.URL{
		Scheme: "nats",
		User:   url.UserPassword(user, s.password),
		Host:   net.JoinHostPort("127.0.0.1", fmt.Sprint(s.port)),
	}
	return address.String()
}

// Port is the TCP port on 127.0.0.1.
func (s *Server) Port() int { return s.port }

// StoreDir is the folder of the streams.
func (s *Server) StoreDir() string { return filepath.Join(s.dir, server.JetStreamStoreDir) }

// Shutdown closes all connections, writes what the streams still hold in memory, and returns when
// the server has ended. Later calls return what the first did.
func (s *Server) Shutdown() error {
	s.stop.Do(func() {
		s.nats.Shutdown()
		s.nats.WaitForShutdown()
		s.stopErr = s.lock.Close()
	})
	return s.stopErr
}
