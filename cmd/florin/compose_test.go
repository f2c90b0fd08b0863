package main

import (
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
	slices.Sort(done)
	require.Equal(t, []string{"api", "api", "payments", "projector", "projector", "reactor", "reactor", "relay", "relay", "writer", "writer"}, done)
	allowed := regexp.MustCompile(`max_connections=(\d+)`).FindStringSubmatch(strings.Join(project.Services["postgres-1"].Command, " "))
	require.Equal(t, []string{"max_connections=200", "200"}, allowed)
	require.Less(t, connections, int32(200-20), "room for migrations, the standby and operators")
	require.Equal(t, project.Services["postgres-1"].Command, project.Services["postgres-2"].Command, "a standby may not have less than its primary")

	// nginx knows the instances by these addresses, and they know it.
	upstreams, err := os.ReadFile("../../docs/deploy/nginx/upstreams.conf")
	require.NoError(t, err)
	for _, name := range []string{"api-1", "api-2", "payments-1"} {
		require.Contains(t, string(upstreams), "server "+project.Services[name].Networks["florin"].Ipv4Address+":8080 ", name)
		require.Equal(t, project.Services["nginx"].Networks["florin"].Ipv4Address, *project.Services[name].Environment["FLORIN_TRUSTED_PROXIES"])
	}
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

	// nats.conf includes two of them by where they are in the container.
	t.Run("nats", func(t *testing.T) {
		root := t.TempDir()
		require.NoError(t, os.MkdirAll(filepath.Join(root, "etc", "nats"), 0o700))
		require.NoError(t, os.MkdirAll(filepath.Join(root, "run"), 0o700))
		require.NoError(t, os.Symlink(dir, filepath.Join(root, "run", "secrets")))
		config, err := os.ReadFile("../../docs/deploy/nats/nats.conf")
		require.NoError(t, err)
		text := strings.ReplaceAll(string(config), "$NATS_NAME", "nats-1") // as NATS does, from the environment
		path := filepath.Join(root, "etc", "nats", "nats.conf")
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
