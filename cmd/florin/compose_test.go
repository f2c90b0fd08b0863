package main

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	model "github.com/compose-spec/compose-go/v2/types"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/httpapi"
	"github.com/florinledger/florin/adapters/postgres/vault"
)

// makeDeploySecrets runs the script that an operator runs.
func makeDeploySecrets(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "secrets")
	out, err := exec.CommandContext(t.Context(), "../../docs/deploy/secrets.sh", dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return dir
}

// compose reads docker-compose.yml as Docker does: the schema, what it merges and refers to.
func compose(t *testing.T, secrets string) *model.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../../docker-compose.yml"}, cli.WithProfiles([]string{"*"}),
		cli.WithEnv([]string{"FLORIN_SECRETS=" + secrets}), cli.WithInterpolation(true), cli.WithResolvedPaths(true))
	require.NoError(t, err)
	project, err := options.LoadProject(t.Context())
	require.NoError(t, err)
	return project
}

func TestComposeIsSound(t *testing.T) {
	t.Parallel()
	project := compose(t, makeDeploySecrets(t))
	require.Subset(t, project.ServiceNames(), []string{"postgres-1", "postgres-2", "vault-db", "nats-1", "nats-2", "nats-3", "redis", "migrate",
		"api-1", "api-2", "payments-1", "worker-1", "worker-2", "nginx", "prometheus", "grafana", "jaeger"})
	for name, secret := range project.Secrets {
		require.FileExists(t, secret.File, name)
	}
	once := []string{"migrate", "folders", "backup", "vault-backup"} // and then they are done
	pinned := regexp.MustCompile(`:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$`)
	for name, s := range project.Services {
		ours := s.Build != nil
		require.True(t, ours || pinned.MatchString(s.Image), "%s: %s is no version", name, s.Image)
		require.Contains(t, s.SecurityOpt, "no-new-privileges:true", name)
		require.NotNil(t, s.StopGracePeriod, name)
		require.NotNil(t, s.Logging, name)
		require.Contains(t, s.Logging.Options, "max-size", "%s: a log may not fill the disk", name)
		if slices.Contains(once, name) || name == "restored" {
			require.Equal(t, "no", s.Restart)
		} else {
			require.Equal(t, model.RestartPolicyUnlessStopped, s.Restart, name)
		}
		if !ours && name != "jaeger" && !slices.Contains(once, name) { // Florin's is in its image, and there is nothing to ask in that of jaeger
			require.NotNil(t, s.HealthCheck, name)
		}
		require.Equal(t, slices.Contains([]string{"prometheus", "grafana", "jaeger"}, name), slices.Contains(s.Profiles, "observability"), name)
		for _, port := range s.Ports {
			require.Equal(t, "127.0.0.1", port.HostIP, "%s: what is published is published on loopback", name)
		}
		for _, v := range s.Volumes {
			if v.Type == model.VolumeTypeBind {
				require.True(t, v.ReadOnly, "%s: %s", name, v.Source)
				_, err := os.Stat(v.Source)
				require.NoError(t, err, name)
			}
		}
		for dependency, how := range s.DependsOn {
			want := model.ServiceConditionHealthy
			if slices.Contains(once, dependency) {
				want = model.ServiceConditionCompletedSuccessfully
			}
			require.Equal(t, want, how.Condition, "%s → %s", name, dependency)
		}
		for env, value := range s.Environment {
			require.NotNil(t, value, "%s: %s", name, env)
			require.NotRegexp(t, `(?i)password|secret|://[^/]*:[^/]*@`, regexp.MustCompile(`^/run/secrets/.*`).ReplaceAllString(*value, ""), "%s: %s is to be in a file", name, env)
		}
	}
}

// TestComposeRunsFlorin holds what instances are told against what they take, and sums what they open.
func TestComposeRunsFlorin(t *testing.T) {
	t.Parallel()
	project := compose(t, makeDeploySecrets(t))
	_, help, _ := invoke(t, "serve", "--help")
	known := regexp.MustCompile(`\$[A-Z][A-Z_]+`).FindAllString(help, -1)
	var pools poolSettings
	var connections int32
	var done []string
	for name, s := range project.Services {
		if s.Build == nil {
			continue
		}
		for env := range s.Environment {
			require.True(t, env == "GOMEMLIMIT" || slices.Contains(known, "$"+env), "%s: florin serve knows no %s", name, env)
		}
		for env, value := range s.Environment { // what is named is mounted
			if path, ok := strings.CutPrefix(*value, "/run/secrets/"); ok {
				require.True(t, slices.ContainsFunc(s.Secrets, func(x model.ServiceSecretConfig) bool { return x.Source == path }), "%s: %s", name, env)
			} else if strings.HasPrefix(*value, "/") {
				require.True(t, slices.ContainsFunc(s.Volumes, func(v model.ServiceVolumeConfig) bool { return v.Target == *value }), "%s: %s", name, env)
			}
		}
		if name == "migrate" {
			require.Equal(t, model.ShellCommand{"migrate"}, s.Command)
			continue
		}
		rs, err := parseRoles(strings.Split(*s.Environment["FLORIN_ROLES"], ","))
		require.NoError(t, err, name)
		connections += pools.connections(rs)
		for _, r := range rs {
			done = append(done, string(r))
		}
		delay, err := time.ParseDuration(*s.Environment["FLORIN_DRAIN_DELAY"])
		require.NoError(t, err)
		require.Greater(t, time.Duration(*s.StopGracePeriod), delay+httpapi.DrainTimeout+10*time.Second, "%s is not killed while it drains", name)
		require.Greater(t, delay, 2*time.Second, "nginx keeps connections for as long: docs/deploy/nginx/upstreams.conf")
	}
	conf, err := os.ReadFile("../../docs/deploy/redis/redis.conf")
	require.NoError(t, err)
	require.Contains(t, string(conf), "\nmaxmemory-policy "+redisPolicy+"\n")
	slices.Sort(done)
	require.Equal(t, []string{"api", "api", "payments", "projector", "projector", "reactor", "reactor", "relay", "relay", "writer", "writer"}, done)
	settings, err := os.ReadFile("../../docs/deploy/postgres/journal.conf")
	require.NoError(t, err)
	require.Contains(t, string(settings), "\nmax_connections = 200 ")
	require.Less(t, connections, int32(200-20), "room for migrations, the standby and operators")
	for _, name := range []string{"postgres-1", "postgres-2"} { // a standby may not have less than its primary
		require.Contains(t, project.Services[name].Command, "config_file=/etc/florin/journal.conf")
		require.Equal(t, map[string]string{"postgres-1": "", "postgres-2": "postgres-1"}[name], *project.Services[name].Environment["PRIMARY"])
		require.True(t, slices.ContainsFunc(project.Services[name].Volumes, func(v model.ServiceVolumeConfig) bool { return v.Target == "/etc/florin" }), name)
	}

	// nginx knows the instances by these addresses, and they know it. While payments-1 is away, the others do its work.
	upstreams, err := os.ReadFile("../../docs/deploy/nginx/upstreams.conf")
	require.NoError(t, err)
	for _, name := range []string{"api-1", "api-2", "payments-1"} {
		address := project.Services[name].Networks["florin"].Ipv4Address
		require.Contains(t, string(upstreams), "server "+address+":8080 ", name)
		require.Equal(t, name != "payments-1", strings.Contains(string(upstreams), "server "+address+":8080 max_fails=1 fail_timeout=1s backup;"), name)
	}
	network := project.Networks["florin"].Ipam.Config[0]
	require.Equal(t, project.Services["nginx"].Networks["florin"].Ipv4Address+","+network.Gateway, *project.Services["api-1"].Environment["FLORIN_TRUSTED_PROXIES"])
	// An address that is given to whoever comes may not be that of one who comes later.
	given, err := netip.ParsePrefix(network.IPRange)
	require.NoError(t, err)
	whole, err := netip.ParsePrefix(network.Subnet)
	require.NoError(t, err)
	for name, s := range project.Services {
		if n := s.Networks["florin"]; n != nil && n.Ipv4Address != "" {
			address, err := netip.ParseAddr(n.Ipv4Address)
			require.NoError(t, err)
			require.True(t, whole.Contains(address) && !given.Contains(address), "%s: %s", name, address)
		}
	}
}

// TestSystemdRunsFlorin holds what a unit's instances are told against what they take, and what the script of secrets makes.
func TestSystemdRunsFlorin(t *testing.T) {
	t.Parallel()
	dir := makeDeploySecrets(t)
	_, help, _ := invoke(t, "serve", "--help")
	text, err := os.ReadFile("../../docs/deploy/systemd/florin.env")
	require.NoError(t, err)
	told := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^([A-Z_]+)="?([^"\n]*)"?$`).FindAllStringSubmatch(string(text), -1) {
		told[m[1]] = m[2]
		require.Contains(t, help, "$"+m[1])
		if name, ok := strings.CutPrefix(m[2], "/etc/florin/"); ok {
			_, err := os.Stat(filepath.Join(dir, name))
			require.NoError(t, err, m[1])
		}
	}
	for env := range compose(t, dir).Services["api-1"].Environment { // what containers are told too, but for what each is told alone
		if strings.HasPrefix(env, "OTEL_") || env == "GOMEMLIMIT" || strings.HasSuffix(env, "_LISTEN") || env == "FLORIN_ROLES" {
			continue
		}
		require.Contains(t, told, env)
	}
	unit, err := os.ReadFile("../../docs/deploy/systemd/florin@.service")
	require.NoError(t, err)
	delay, err := time.ParseDuration(told["FLORIN_DRAIN_DELAY"])
	require.NoError(t, err)
	stop := regexp.MustCompile(`TimeoutStopSec=(\d+)`).FindStringSubmatch(string(unit))
	require.Len(t, stop, 2)
	patience, err := time.ParseDuration(stop[1] + "s")
	require.NoError(t, err)
	require.Greater(t, patience, delay+httpapi.DrainTimeout+10*time.Second)
}

// TestComposeArchives holds what archives and backs up against where it writes to and reads from.
func TestComposeArchives(t *testing.T) {
	t.Parallel()
	project := compose(t, makeDeploySecrets(t))
	mounted := func(service, target string) string {
		t.Helper()
		for _, v := range project.Services[service].Volumes {
			if v.Target == target {
				return v.Source
			}
		}
		require.Fail(t, "nothing is mounted", "%s: %s", service, target)
		return ""
	}
	runs := func(service, path string) {
		t.Helper()
		info, err := os.Stat(filepath.Join(mounted(service, filepath.Dir(path)), filepath.Base(path)))
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&0o111, "%s: %s cannot be run", service, path)
	}
	command := regexp.MustCompile(`archive_command=(/etc/florin/archive\.sh) (\S+) %p %f$`)
	folders := project.Services["folders"]
	for service, volume := range map[string]string{"postgres-1": "archive", "postgres-2": "archive", "vault-db": "vault-archive"} {
		s := project.Services[service]
		i := slices.IndexFunc(s.Command, command.MatchString)
		require.Positive(t, i, service)
		words := command.FindStringSubmatch(s.Command[i])
		runs(service, words[1])
		require.Equal(t, volume, mounted(service, words[2]))
		if service != "postgres-2" { // which waits for postgres-1
			require.Contains(t, s.DependsOn, "folders", service)
			require.Equal(t, strings.Replace(volume, "archive", "backups", 1), mounted(service, "/var/lib/florin/backups"))
			runs(service, "/etc/florin/restore.sh")
			runs(service, "/etc/florin/fetch.sh")
		}
	}
	for service, of := range map[string][]string{"backup": {"backups", "archive"}, "vault-backup": {"vault-backups", "vault-archive"}, "restored": {"backups", "archive"}} {
		s := project.Services[service]
		line := strings.Join(s.Entrypoint, " ")
		words := regexp.MustCompile(`(/etc/florin/(?:backup|restore)\.sh) .*?(/var/lib/florin/backups)\S* .*?(/var/lib/florin/archive) `).FindStringSubmatch(line)
		require.NotNil(t, words, line)
		runs(service, words[1])
		runs(service, "/etc/florin/fetch.sh")
		require.Equal(t, of[0], mounted(service, words[2]))
		require.Equal(t, of[1], mounted(service, words[3]))
		require.NotContains(t, line, "$$", "Docker hands one dollar to the shell")
	}
	for _, path := range folders.Command {
		require.Equal(t, filepath.Base(path), mounted("folders", path))
	}
	require.Len(t, folders.Volumes, len(folders.Command))
}

// TestDeploySecretsFit reads what the script made as those do who get it.
func TestDeploySecretsFit(t *testing.T) {
	t.Parallel()
	dir := makeDeploySecrets(t)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), "the folder is what closes them")
	out, err := exec.CommandContext(t.Context(), "../../docs/deploy/secrets.sh", dir).CombinedOutput()
	require.Error(t, err, "secrets are never overwritten")
	require.Contains(t, string(out), "File exists")

	keys, err := authn.LoadKeys(filepath.Join(dir, "token-keys"))
	require.NoError(t, err)
	_, err = authn.NewMinter(keys, authn.MinterConfig{})
	require.NoError(t, err, "it signs")
	_, err = vault.LoadMasters(filepath.Join(dir, "master-keys"))
	require.NoError(t, err)
	s := settings{SecretFile: filepath.Join(dir, "florin-secret"), StripeSecretFiles: []string{filepath.Join(dir, "stripe-webhook-secret")}}
	_, err = s.readSecret()
	require.NoError(t, err)
	_, err = s.stripeSecrets()
	require.NoError(t, err)

	// nats.conf includes two of them, from beside it.
	t.Run("nats", func(t *testing.T) {
		root := t.TempDir()
		for _, secret := range compose(t, dir).Services["nats-1"].Secrets {
			name, beside := strings.CutPrefix(secret.Target, "/etc/nats/")
			require.True(t, beside, secret.Target)
			require.NoError(t, os.Symlink(filepath.Join(dir, secret.Source), filepath.Join(root, name)))
		}
		config, err := os.ReadFile("../../docs/deploy/nats/nats.conf")
		require.NoError(t, err)
		text := strings.ReplaceAll(string(config), "$NATS_NAME", "nats-1") // as NATS does, from the environment
		path := filepath.Join(root, "nats.conf")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		options, err := server.ProcessConfigFile(path)
		require.NoError(t, err)
		require.Equal(t, "florin", options.Username)
		require.Len(t, options.Password, 48)
		require.Equal(t, options.Password, options.Cluster.Password)
		require.Len(t, options.Routes, 3)
		require.True(t, options.JetStream)
		url, err := os.ReadFile(filepath.Join(dir, "nats-url"))
		require.NoError(t, err)
		require.Equal(t, 3, strings.Count(string(url), options.Password), "and Florin knows it")
	})
}
