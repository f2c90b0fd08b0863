package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// healthcheckTimeout is less than container engines wait.
const healthcheckTimeout = 2500 * time.Millisecond

// healthcheckCommand asks the instance beside it how it is, with that instance's own settings: an image without a shell
// has nothing else to ask by.
type healthcheckCommand struct {
	Roles       []string `help:"What the instance does." env:"FLORIN_ROLES" default:"all"`
	Listen      string   `help:"Address of its API." env:"FLORIN_LISTEN" default:"127.0.0.1:8080"`
	AdminListen string   `help:"Address of its metrics, which is asked where there is no API." env:"FLORIN_ADMIN_LISTEN" default:"127.0.0.1:8081"`
}

// Run succeeds when it answers: /readyz with 200, or, where HTTP is none of its roles, its metrics.
func (c *healthcheckCommand) Run(ctx context.Context) error {
	rs, err := parseRoles(c.Roles)
	if err != nil {
		return err
	}
	address, path := c.Listen, "/readyz"
	if !rs.answers() {
		address, path = c.AdminListen, "/metrics"
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is no address to ask: %w", address, err)
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1" // it listens everywhere
	}
	ctx, cancel := context.WithTimeout(ctx, healthcheckTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, http.NoBody)
	if err != nil {
		return err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", request.URL, response.Status)
	}
	return nil
}
