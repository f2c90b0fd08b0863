package rediscache

import (
	_ "embed" // the scripts

	"github.com/redis/go-redis/v9"
)

//go:embed scripts/connected.lua
var connectedScript string

//go:embed scripts/fill.lua
var fillScript string

//go:embed scripts/raise.lua
var raiseScript string

//go:embed scripts/tombstone.lua
var tombstoneScript string

// scripts are sent by their digests, and whole where Redis does not know them.
type scripts struct{ fill, raise, tombstone *redis.Script }

func newScripts() scripts {
	return scripts{fill: redis.NewScript(fillScript), raise: redis.NewScript(raiseScript), tombstone: redis.NewScript(tombstoneScript)}
}
