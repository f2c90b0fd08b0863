package telemetry

import (
	"slices"
	"strings"
)

// Described is a metric, for whoever documents it.
type Described struct {
	Name, Kind, Help string
	Labels           []string
}

// Catalog returns Florin's own metrics that this process may show, by name; those of Go and of the process are beside them.
func (m *Metrics) Catalog() []Described {
	out := slices.Clone(m.catalog)
	slices.SortFunc(out, func(a, b Described) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// describe notes a metric; one that is there for several things, such as projections, once.
func (m *Metrics) describe(kind, name, help string, labels ...string) {
	if slices.ContainsFunc(m.catalog, func(d Described) bool { return d.Name == name }) {
		return
	}
	labels = slices.Clone(labels) // whose order says which value is whose
	slices.Sort(labels)
	m.catalog = append(m.catalog, Described{Name: name, Kind: kind, Help: help, Labels: labels})
}
