package main

import (
	"os"
	"runtime/debug"
)

const (
	// heapGrowth is how much garbage, in percent of what is live, may gather before it is collected. A
	// service is mostly garbage: at Go's own 100 collecting took a tenth of what a transaction costs.
	heapGrowth = 400
	// memoryGoal is where garbage is collected sooner instead. With a million accounts and the caches
	// full, 360 MiB was so little room that a transaction took the service half as much time again, and at
	// 640 MiB marking what is live took a tenth of its time.
	memoryGoal = 800 << 20
)

// tuneMemory trades memory for work, unless the operator has said otherwise (GOGC, GOMEMLIMIT).
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
}
