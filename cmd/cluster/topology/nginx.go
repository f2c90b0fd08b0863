package topology

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// nginx puts the configuration that docker-compose.yml has too into a folder, with its own two files beside it.
func (t *Topology) nginx() (*program, error) {
	dir := filepath.Join(t.dir, Nginx)
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, err
	}
	config, err := os.ReadFile(filepath.Join(t.programs.root, "docs", "deploy", "nginx", "nginx.conf"))
	if err != nil {
		return nil, err
	}
	apis := []string{t.address("api-1"), t.address("api-2")}
	upstreams := upstream("api", apis) + upstream("payments", []string{t.address("payments-1")}, apis...)
	upstreams += "access_log /dev/stdout florin;\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		upstreams += fmt.Sprintf("%s_temp_path %q;\n", kind, filepath.Join(dir, kind))
	}
	for name, data := range map[string]string{
		"nginx.conf": string(config), "upstreams.conf": upstreams, "listen.conf": "listen " + t.address(Nginx) + ";\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			return nil, err
		}
	}
	return t.program(Nginx, t.programs.nginx, func(ctx context.Context) error { return get(ctx, t.URL()+"/readyz", nil) },
		"-p", dir, "-c", filepath.Join(dir, "nginx.conf"), "-g", fmt.Sprintf("daemon off; pid %q; error_log stderr;", filepath.Join(dir, "nginx.pid")), "-e", "stderr"), nil
}

// upstream is a group of instances, as docs/deploy/nginx/upstreams.conf has it for docker-compose.yml; backups are asked
// while the others are away.
func upstream(name string, addresses []string, backups ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "upstream %s {\n    zone %s 64k;\n    least_conn;\n", name, name)
	for _, address := range addresses {
		fmt.Fprintf(&b, "    server %s max_fails=1 fail_timeout=1s;\n", address)
	}
	for _, address := range backups {
		fmt.Fprintf(&b, "    server %s max_fails=1 fail_timeout=1s backup;\n", address)
	}
	fmt.Fprintf(&b, "    keepalive 64;\n    keepalive_timeout %dms;\n}\n", keptAlive.Milliseconds())
	return b.String()
}
