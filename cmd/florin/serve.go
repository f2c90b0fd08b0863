package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/florinledger/florin/migrations"
)

// serveCommand runs the roles of a production instance.
type serveCommand struct {
	settings
	Roles []string `help:"What this instance does: all, or some of api, payments (an api for payments alone), writer, relay, projector, reactor." env:"FLORIN_ROLES" default:"all"`
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, con console) error {
	tuneMemory()
	rs, err := parseRoles(c.Roles)
	if err != nil {
		return err
	}
	log, err := c.logger(con.Err)
	if err != nil {
		return err
	}
	var found findings
	if c.checkPools(rs, &found); len(found) > 0 {
		return fmt.Errorf("%s: %s", found[0].Setting, found[0].Detail)
	}
	if err := errors.Join(
		checkSchema(ctx, "the database", c.DatabaseURL, migrations.Status),
		checkSchema(ctx, "the vault", c.KeysDatabaseURL, migrations.StatusVault),
	); err != nil {
		return err
	}
	a, err := newApp(ctx, &c.settings, rs, log)
	if err != nil {
		return err
	}
	api, admin, err := c.listen(rs)
	if err == nil {
		err = a.run(ctx, api, admin, func() {
			log.Info("serving", "roles", rs, "api", addressOf(api), "admin", addressOf(admin), "max_connections", c.connections(rs))
		})
	}
	return errors.Join(err, a.close())
}

// checkSchema reports whether a database has exactly the schema of this binary.
func checkSchema(ctx context.Context, what, databaseURL string, status func(context.Context, string) (current, latest int64, err error)) error {
	current, latest, err := status(ctx, databaseURL)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case current > latest:
		return fmt.Errorf("%s has schema %d, this binary knows %d at most: it is too old for this database", what, current, latest)
	case current < latest:
		return fmt.Errorf("%s has schema %d, this binary needs %d: run florin migrate", what, current, latest)
	}
	return nil
}

// listen opens the listeners that the roles and the settings ask for; nil for none.
func (c *serveCommand) listen(rs roles) (api, admin net.Listener, err error) {
	var config net.ListenConfig
	if rs.answers() {
		if api, err = config.Listen(context.Background(), "tcp", c.Listen); err != nil {
			return nil, nil, err
		}
	}
	if c.AdminListen != "" {
		if admin, err = config.Listen(context.Background(), "tcp", c.AdminListen); err != nil {
			if api != nil {
				err = errors.Join(err, api.Close())
			}
			return nil, nil, err
		}
	}
	return api, admin, nil
}

func addressOf(ln net.Listener) string {
	if ln == nil {
		return ""
	}
	return ln.Addr().String()
}
