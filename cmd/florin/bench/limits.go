package bench

import "time"

const (
	// requestPatience is how long an answer may take: longer than the service takes to give one up.
	requestPatience = 60 * time.Second
	// dialPatience is how long a connection may take to be made.
	dialPatience = 5 * time.Second
	// redialPause keeps a connection that is refused from being tried in a circle.
	redialPause = 100 * time.Millisecond
	// overtime is how long after its end an open loop may still work off what was due, in times of its
	// duration. What is left then was never sent, and is counted.
	overtime = 1

	// maxLatency is the longest latency that is told from longer ones.
	maxLatency = 10 * time.Minute
	// latencyDigits is how exact latencies are: three digits.
	latencyDigits = 3

	// warmUp is the most that a leg runs before it is measured, and warmUpShare the share of its duration:
	// connections are made, and caches of both sides see what is coming.
	warmUp      = time.Second
	warmUpShare = 5
	// pageWarmUp comes before what is compared with pgbench or with a full journal, and before pgbench
	// then: a checkpoint has just ended, and each page that changes for the first time after one is written
	// to the log whole. Under a load that lasts, those pages belong to minutes, not to the first seconds.
	pageWarmUp = 8 * time.Second

	// sampleInterval separates two looks at the service's metrics during a leg. One takes the service
	// about a millisecond.
	sampleInterval = 250 * time.Millisecond
	// catchUpInterval separates two looks while projections catch up.
	catchUpInterval = 20 * time.Millisecond
	// catchUpPatience is how long projections may stand still before they are not waited for any more.
	catchUpPatience = 30 * time.Second

	// maxFailure is how much is kept of the first answer that is an error, in bytes.
	maxFailure = 500
	// maxMetrics bounds an answer of /metrics, in bytes.
	maxMetrics = 4 << 20
	// askPatience is how long a question besides the load may take, such as a trial balance.
	askPatience = 60 * time.Second
	// askTries is how often something is asked while the service says that it is busy, which it says after
	// some seconds of waiting.
	askTries = 10
)
