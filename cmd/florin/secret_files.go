package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// fileSuffix makes the name of a second variable of the name of a secret's: it names a file with the value, as Docker,
// Kubernetes and systemd hand secrets out.
const fileSuffix = "_FILE"

// secretEnvs are the variables whose values nobody is to read: not in a listing of processes, an error, a log or
// `florin config show`. URLs are among them because they carry passwords.
func secretEnvs() []string {
	return []string{
		"DATABASE_URL", "KEYS_DATABASE_URL", "FLORIN_DEV_DATABASE_URL", "FLORIN_DEV_KEYS_DATABASE_URL",
		"NATS_URL", "REDIS_URL", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "FLORIN_TOKEN",
	}
}

// secretFiles resolves the flags that are secrets from the files that the environment names.
func secretFiles() kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		value, found, err := secretFromFile(flag.Value)
		if err != nil || !found {
			return nil, err
		}
		return value, nil
	})
}

// secretFromFile reads a secret from the file that one of its variables with _FILE names.
func secretFromFile(v *kong.Value) (value string, found bool, err error) {
	for _, env := range fileEnvs(v) {
		path := os.Getenv(env)
		if path == "" {
			continue
		}
		plain := strings.TrimSuffix(env, fileSuffix)
		if os.Getenv(plain) != "" {
			return "", false, fmt.Errorf("%s and %s are both set: which one counts?", plain, env)
		}
		data, err := readSecretFile(path)
		if err != nil {
			return "", false, fmt.Errorf("%s: %w", env, err)
		}
		if len(data) == 0 {
			return "", false, fmt.Errorf("%s: %s is empty", env, path)
		}
		return string(data), true, nil
	}
	return "", false, nil
}

// fileEnvs are the variables that may name a file with the value of a flag: none where the value is no secret.
func fileEnvs(v *kong.Value) (out []string) {
	for _, env := range v.Tag.Envs {
		if slices.Contains(secretEnvs(), env) && !strings.HasPrefix(env, "FLORIN_DEV_") { // which florin dev writes, as they are
			out = append(out, env+fileSuffix)
		}
	}
	return out
}

// leastScrubbed is the shortest value that is looked for: shorter ones are parts of ordinary words, and no secrets.
const leastScrubbed = 5

// withoutSecrets takes out of a text what the environment and its files have as secrets. Drivers leave passwords out of
// their errors, but cannot know one in what is no URL at all.
func withoutSecrets(text string) string {
	for _, env := range secretEnvs() {
		values := []string{os.Getenv(env)}
		if path := os.Getenv(env + fileSuffix); path != "" {
			if data, err := readSecretFile(path); err == nil {
				values = append(values, string(data))
			}
		}
		for _, value := range values {
			if len(value) >= leastScrubbed {
				text = strings.ReplaceAll(text, value, redacted)
			}
		}
	}
	return text
}

// helpWithFiles adds the variables with _FILE to what help says of a flag.
func helpWithFiles(v *kong.Value) string {
	files := fileEnvs(v)
	if len(files) == 0 {
		return kong.DefaultHelpValueFormatter(v)
	}
	named := *v
	tag := *v.Tag
	tag.Envs = slices.Concat(tag.Envs, files)
	named.Tag = &tag
	return kong.DefaultHelpValueFormatter(&named)
}
