package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/florinledger/florin/adapters/telemetry"
)

// dashboards is where what Prometheus and Grafana are given lies.
const dashboards = "../../docs/dashboards"

// alertRule is a rule of Prometheus.
type alertRule struct {
	Alert, Expr string
	Labels      struct{ Severity string }
	Annotations struct {
		Summary    string
		RunbookURL string `yaml:"runbook_url"`
	}
}

func alertRules(t *testing.T) (all []alertRule) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dashboards, "alerts.yml"))
	require.NoError(t, err)
	var file struct{ Groups []struct{ Rules []alertRule } }
	require.NoError(t, yaml.Unmarshal(text, &file))
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	require.NotEmpty(t, all)
	return all
}

// queries are the expressions of the dashboards, by where they stand.
func queries(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dashboards, "*.json"))
	require.NoError(t, err)
	require.Len(t, files, 5)
	all, uids := map[string]string{}, map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var d struct {
			UID, Title string
			Panels     []struct {
				ID          int
				Type, Title string
				Targets     []struct{ RefID, Expr string }
			}
		}
		require.NoError(t, json.Unmarshal(text, &d), file)
		require.NotEmpty(t, d.Title, file)
		require.False(t, d.UID == "" || uids[d.UID], "%s: the uid is another dashboard's, or none", file)
		uids[d.UID] = true
		ids := map[int]bool{}
		for _, p := range d.Panels {
			require.False(t, ids[p.ID], "%s: two panels have the id %d", file, p.ID)
			ids[p.ID] = true
			require.Equal(t, p.Type == "row", len(p.Targets) == 0, "%s: %s", file, p.Title)
			for _, target := range p.Targets {
				all[fmt.Sprintf("%s/%s/%s", filepath.Base(file), p.Title, target.RefID)] = strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")
			}
		}
	}
	return all
}

// promtool runs Prometheus's own check.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	path, err := exec.LookPath("promtool")
	require.NoError(t, err, "install Debian's package prometheus")
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestAlertsAndDashboardsAreWhatPrometheusTakes(t *testing.T) {
	t.Parallel()
	promtool(t, "check", "rules", filepath.Join(dashboards, "alerts.yml"))
	promtool(t, "test", "rules", filepath.Join(dashboards, "alerts_test.yml"))
	promtool(t, "check", "config", "--syntax-only", "../../docs/deploy/prometheus/prometheus.yml")
	type rule struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	type group struct {
		Name  string `yaml:"name"`
		Rules []rule `yaml:"rules"`
	}
	var file struct {
		Groups []group `yaml:"groups"`
	}
	for where, expr := range queries(t) { // each as a rule, so that they are read by who will read them
		file.Groups = append(file.Groups, group{where, []rule{{"query", expr}}})
	}
	text, err := yaml.Marshal(file)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "queries.yml")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	promtool(t, "check", "rules", path)
}

func TestEachAlertHasItsRunbook(t *testing.T) {
	t.Parallel()
	handbook, err := os.ReadFile("../../docs/operating.md")
	require.NoError(t, err)
	var named []string
	for _, a := range alertRules(t) {
		named = append(named, a.Alert)
		require.Contains(t, []string{"page", "ticket"}, a.Labels.Severity, a.Alert)
		require.NotEmpty(t, a.Annotations.Summary, a.Alert)
		require.Equal(t, "https://github.com/florinledger/florin/blob/main/docs/operating.md#"+strings.ToLower(a.Alert), a.Annotations.RunbookURL)
	}
	_, section, found := strings.Cut(string(handbook), "\n## Alerts\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var written []string
	for _, m := range regexp.MustCompile(`(?m)^### (.*)\n\n\*(?:Page|Ticket)\.\*`).FindAllStringSubmatch(section, -1) {
		written = append(written, m[1])
	}
	require.Equal(t, named, written, "a section for each alert, in their order")
	anchors := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(handbook), -1) {
		plain := regexp.MustCompile("[^a-z0-9 _-]").ReplaceAllString(strings.ToLower(m[1]), "")
		anchors[strings.ReplaceAll(plain, " ", "-")] = true
	}
	for _, m := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(section, -1) {
		require.True(t, anchors[m[1]], "operating.md has no section #%s", m[1])
	}
}

// everyMetricExists holds what the dashboards and the alerts ask for against what processes show.
func everyMetricExists(t *testing.T, shown map[string]bool, catalog []telemetry.Described) {
	t.Helper()
	known := map[string]bool{"up": true} // Prometheus's own word for a process that answers
	for name := range shown {
		known[name] = true
	}
	for _, d := range catalog {
		known[d.Name] = true
		if d.Kind == "histogram" {
			known[d.Name+"_bucket"], known[d.Name+"_count"], known[d.Name+"_sum"] = true, true, true
		}
	}
	asked := queries(t)
	for _, a := range alertRules(t) {
		asked[a.Alert] = a.Expr
	}
	// Names of metrics stand before a brace, a bracket, a space or an end, and are not called or said of labels.
	label := regexp.MustCompile(`\{[^}]*\}|"[^"]*"|\b(?:by|on|without|ignoring) \([^)]*\)`)
	word := regexp.MustCompile(`[a-z_][a-z0-9_]*\b`)
	of := map[string]bool{}
	for where, expr := range asked {
		bare := label.ReplaceAllString(expr, " ")
		for _, at := range word.FindAllStringIndex(bare, -1) {
			name, after := bare[at[0]:at[1]], strings.TrimLeft(bare[at[1]:], " ")
			before := at[0] > 0 && strings.ContainsRune("0123456789", rune(bare[at[0]-1])) // 5m
			if before || strings.HasPrefix(after, "(") || slices.Contains([]string{"and", "or", "unless", "by", "on"}, name) {
				continue
			}
			require.True(t, known[name], "%s asks for %s, which nobody shows", where, name)
			of[name] = true
		}
	}
	require.Greater(t, len(of), 50)
}

// metricsAreListed holds docs/metrics.md against what processes show.
func metricsAreListed(t *testing.T, catalog []telemetry.Described) {
	t.Helper()
	var table strings.Builder
	for _, d := range catalog {
		labels := ""
		if len(d.Labels) > 0 {
			labels = "`" + strings.Join(d.Labels, "`, `") + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", d.Name, d.Kind, labels, d.Help)
	}
	text, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	_, listed, found := strings.Cut(string(text), "| --- | --- | --- | --- |\n")
	require.True(t, found)
	require.Equal(t, table.String(), listed, "docs/metrics.md ends with this table")
}
