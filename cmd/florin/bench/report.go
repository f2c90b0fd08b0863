package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Report is all that a run found out.
type Report struct {
	Surroundings Surroundings `json:"surroundings"`
	TPCB         []TPCBRun    `json:"tpcb,omitempty"`
	Legs         []*Result    `json:"legs"`
	Figures      []*Figure    `json:"figures,omitempty"`
	Books        *Books       `json:"books,omitempty"`
	Missing      []string     `json:"missing,omitempty"`
}

// TPCBRun is one run of pgbench.
type TPCBRun struct {
	Clients   int     `json:"clients"`
	Scale     int     `json:"scale"`
	PerSecond float64 `json:"per_second"`
}

// Write writes the report as text.
func (r *Report) Write(w io.Writer) {
	r.Surroundings.write(w)
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	printHead(table)
	for _, leg := range r.Legs {
		printLeg(table, leg)
	}
	_ = table.Flush() // to a terminal
	for _, leg := range r.Legs {
		if leg.wrong() > 0 {
			fmt.Fprintf(w, "%s: %d answers of 503, %d other errors, %d refused in batches, %d due but never sent; the first: %s\n",
				leg.name(), leg.Unavailable, leg.Failed, leg.Refused, leg.Unsent, leg.FirstFailure)
		}
	}
	if share := r.others(); share > quiet {
		fmt.Fprintf(w, "others took %.0f %% of the machine during the legs: rates are lower than they would be on a quiet one\n", share*100)
	}
	for _, run := range r.TPCB {
		fmt.Fprintf(w, "pgbench (TPC-B, scale %d), %d clients: %.0f/s\n", run.Scale, run.Clients, run.PerSecond)
	}
	if len(r.Figures) > 0 {
		fmt.Fprintln(w)
		writeFigures(w, r.Figures)
	}
	if r.Books != nil {
		r.Books.write(w)
	}
	for _, missing := range r.Missing {
		fmt.Fprintf(w, "missing: %s\n", missing)
	}
}

// quiet is the share of the machine that others may take before a reader is warned.
const quiet = 0.1

// others is the mean share of the machine that went to others during the legs.
func (r *Report) others() float64 {
	sum, n := 0.0, 0
	for _, leg := range r.Legs {
		if leg.OthersShare != nil {
			sum, n = sum+*leg.OthersShare, n+1
		}
	}
	return sum / max(1, float64(n))
}

func (s Surroundings) write(w io.Writer) {
	m := s.Machine
	fmt.Fprintf(w, "machine   %s, %d cores, %d MiB, %s, kernel %s\n", m.CPU, m.Cores, m.MemoryBytes>>20, m.System, m.Kernel)
	if s.SyncSeconds != nil {
		fmt.Fprintf(w, "disk      a write of 8 kB is on it after %.2f ms\n", *s.SyncSeconds*1000)
	}
	if !s.Local {
		fmt.Fprintln(w, "          the service is on another machine: this is the load's")
	}
	fmt.Fprintf(w, "versions  %s; service %s; NATS %s; Postgres %s\n", s.Florin, s.Go, s.NATS, s.Postgres)
	settings := make([]string, 0, len(s.Settings))
	for _, set := range s.Settings {
		settings = append(settings, set.Name+"="+set.Value)
	}
	fmt.Fprintf(w, "postgres  %s\n", strings.Join(settings, " "))
	fmt.Fprintf(w, "load      ledger %s, %d accounts, two postings and 60 bytes of metadata a transaction\n", s.Ledger, s.Accounts)
}

func printHead(w io.Writer) {
	fmt.Fprintln(w, "workload\tbatch\tconns\tdue/s\tper s\tp50\tp95\tp99\tmax\tservice\tpostgres\tload\tothers\tWAL\tstored\tlag\tcaught up\terrors\t")
	fmt.Fprintln(w, "\t\t\t\t\tms\tms\tms\tms\tµs CPU\tµs CPU\tµs CPU\t% CPU\tbytes\tbytes\ts\ts (events/s)\t\t")
}

func printLeg(w io.Writer, r *Result) {
	ms := func(s float64) string { return fmt.Sprintf("%.1f", s*1000) }
	fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%.0f\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t\n",
		r.Workload, orNone(r.Batch), r.Connections, orNone(r.Rate), r.PerSecond,
		ms(r.Latency.P50), ms(r.Latency.P95), ms(r.Latency.P99), ms(r.Latency.Max),
		known(r.ServiceCPU, "%.0f"), known(r.PostgresCPU, "%.0f"), known(r.LoadCPU, "%.0f"),
		percent(r.OthersShare),
		known(r.WALBytes, "%.0f"), known(r.StoredBytes, "%.0f"), known(r.LagSeconds, "%.1f"), caughtUp(r), r.wrong())
}

func (r *Result) name() string {
	name := fmt.Sprintf("%s, %d connections", r.Workload, r.Connections)
	if r.Batch > 1 {
		name += fmt.Sprintf(", batches of %d", r.Batch)
	}
	if r.Rate > 0 {
		name += fmt.Sprintf(", %d due/s", r.Rate)
	}
	return name
}

// orNone is a number, or a dash for none.
func orNone(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

// known is a figure, or a dash where it is unknown.
func known(v *float64, format string) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf(format, *v)
}

// percent is a share in percent, or a dash where it is unknown.
func percent(share *float64) string {
	if share == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f", *share*100)
}

// caughtUp says how long projections took after a load, and how fast they were where there was enough to do.
func caughtUp(r *Result) string {
	if r.CatchUpSeconds == nil {
		return "-"
	}
	if rate, ok := r.catchUpRate(); ok {
		return fmt.Sprintf("%.1f (%.0f)", *r.CatchUpSeconds, rate)
	}
	return fmt.Sprintf("%.1f", *r.CatchUpSeconds)
}

// minBacklog is the least that a rate of catching up is told of, in events: less is done between two looks.
const minBacklog = 2_000

func (r *Result) catchUpRate() (float64, bool) {
	if r.Backlog == nil || *r.Backlog < minBacklog || *r.CatchUpSeconds == 0 {
		return 0, false
	}
	return float64(*r.Backlog) / *r.CatchUpSeconds, true
}
