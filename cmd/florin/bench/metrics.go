package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// serviceReading is what the service says of itself at one moment.
type serviceReading struct {
	at       time.Time
	cpu      time.Duration // user and system, since it started
	resident int64         // bytes
	head     int64         // position of the last committed event
	behind   int64         // position of the projection that is furthest behind
	goVer    string
}

// lag is how many events the projection that is furthest behind has yet to take.
func (r serviceReading) lag() int64 { return max(0, r.head-r.behind) }

// readService reads the service's metrics.
func readService(ctx context.Context, admin string) (serviceReading, error) {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(admin, "/")+"/metrics", http.NoBody)
	if err != nil {
		return serviceReading{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return serviceReading{}, fmt.Errorf("the service's metrics cannot be read: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxMetrics))
	if err != nil || response.StatusCode != http.StatusOK {
		return serviceReading{}, fmt.Errorf("the service's metrics cannot be read: %s %w", response.Status, err)
	}
	r := parseMetrics(string(text))
	r.at = time.Now()
	return r, nil
}

// parseMetrics reads Prometheus' text format, a series a line: name{label="value"} number.
func parseMetrics(text string) serviceReading {
	r := serviceReading{behind: -1}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		space := strings.LastIndexByte(line, ' ')
		if space < 0 || line[0] == '#' {
			continue
		}
		value, err := strconv.ParseFloat(line[space+1:], 64)
		if err != nil {
			continue
		}
		series := line[:space]
		name, labels, _ := strings.Cut(series, "{")
		switch name {
		case "process_cpu_seconds_total":
			r.cpu = time.Duration(value * float64(time.Second))
		case "process_resident_memory_bytes":
			r.resident = int64(value)
		case "florin_writer_position":
			r.head = int64(value)
		case "florin_projection_position":
			if r.behind < 0 || int64(value) < r.behind {
				r.behind = int64(value)
			}
		case "go_info":
			_, version, _ := strings.Cut(labels, `version="`)
			r.goVer, _, _ = strings.Cut(version, `"`)
		}
	}
	if r.behind < 0 {
		r.behind = r.head // it runs no projection: nothing is known of how far they are
	}
	return r
}
