package bench

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Figure is one line of the table that says how fast Florin has to be.
type Figure struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
	// Floor is what it must reach, and Aim what it should; AtMost says that less is better.
	Floor  float64 `json:"floor"`
	Aim    float64 `json:"aim"`
	AtMost bool    `json:"at_most"`
	// Values are what each run came to, in order, and Median the middle of them.
	Values []float64 `json:"values"`
	Median float64   `json:"median"`
	Note   string    `json:"note,omitempty"`

	format string
}

// add adds a run's value.
func (f *Figure) add(v float64) {
	f.Values = append(f.Values, v)
	f.Median = median(f.Values)
}

// median is the middle value, or the mean of the two in the middle; 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Verdict says how the median stands: aim, floor, below (or above, where less is better), or unknown.
func (f *Figure) Verdict() string {
	reaches := func(mark float64) bool { return f.AtMost && f.Median <= mark || !f.AtMost && f.Median >= mark }
	switch {
	case len(f.Values) == 0:
		return unknown
	case reaches(f.Aim):
		return "aim met"
	case reaches(f.Floor):
		return "floor met"
	case f.AtMost:
		return "ABOVE"
	}
	return "BELOW"
}

func (f *Figure) show(v float64) string { return fmt.Sprintf(f.format, v) }

// middle is the median, or a dash of no values.
func (f *Figure) middle(format string) string {
	if len(f.Values) == 0 {
		return "-"
	}
	return fmt.Sprintf(format, f.Median)
}

// spread is the least and the greatest value.
func (f *Figure) spread() string {
	if len(f.Values) < 2 {
		return fmt.Sprintf("%d run", len(f.Values))
	}
	return f.show(slices.Min(f.Values)) + ".." + f.show(slices.Max(f.Values))
}

// writeFigures writes the table.
func writeFigures(w io.Writer, figures []*Figure) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "figure\tunit\tfloor\taim\tmedian\tspread\tverdict\tnote")
	for _, f := range figures {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, f.Unit, f.show(f.Floor), f.show(f.Aim),
			f.middle(f.format), f.spread(), f.Verdict(), f.Note)
	}
	_ = table.Flush() // to a terminal
}
