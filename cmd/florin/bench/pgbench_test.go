package bench

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWithoutPGBench(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := NewPGBench(t.Context(), t.TempDir(), "", 1)
	require.ErrorIs(t, err, ErrNoPGBench)
}
