package rediscache

import (
	"context"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"github.com/florinledger/florin/adapters/rediscache/redistest"
)

// What is cached is about as long as a user. read costs nothing here: the difference to a hit is what a miss
// pays for being kept.
func BenchmarkThrough(b *testing.B) {
	servers := map[string]func(b *testing.B) string{
		"redis-server": func(b *testing.B) string { return redistest.Start(b).URL() },
		"miniredis":    func(b *testing.B) string { return "redis://" + miniredis.RunT(b).Addr() },
		"none":         func(*testing.B) string { return "" },
	}
	for name, start := range servers {
		b.Run(name, func(b *testing.B) {
			url := start(b)
			b.Run("hit", func(b *testing.B) { benchThrough(b, url, func(int) int64 { return 0 }) })
			b.Run("miss", func(b *testing.B) { benchThrough(b, url, func(i int) int64 { return int64(i) }) })
		})
	}
}

func benchThrough(b *testing.B, url string, atLeast func(i int) int64) {
	_, cache := open(b, url, newBooks(), Config{})
	value := row{Key: strings.Repeat("a", 400)}
	for i := 0; b.Loop(); i++ {
		_, _, _, err := cache.Through(b.Context(), "ann", atLeast(i), func(context.Context) (row, int64, bool, error) { return value, int64(i), true, nil })
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTombstone(b *testing.B) {
	_, cache := open(b, redistest.Start(b).URL(), newBooks(), Config{})
	for i := 0; b.Loop(); i++ {
		cache.Tombstone(b.Context(), "ann", int64(i))
	}
}

func BenchmarkAllow(b *testing.B) {
	for name, url := range map[string]string{"redis": redistest.Start(b).URL(), "local": ""} {
		b.Run(name, func(b *testing.B) {
			client, _ := open(b, url, newBooks(), Config{})
			l, err := NewLimiter(client, secret(), LimiterConfig{})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				l.Allow(b.Context(), hourly(10), "203.0.113.9")
			}
		})
	}
}
