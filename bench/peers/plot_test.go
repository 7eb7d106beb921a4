package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/bench/internal/report"
)

func TestPlotIsWellFormed(t *testing.T) {
	t.Parallel()
	times := func(n time.Duration) []time.Duration { return []time.Duration{n, n, n} }
	drawn := draw([]result{
		{"postgres", "find by key", []string{ours, "GORM's own", byHand}, [][]time.Duration{times(3), times(34), times(2)}},
		{"sqlite", "purge 100,000 in batches", []string{ours, byHand}, [][]time.Duration{times(1), times(4)}},
	})
	texts, err := report.Texts(drawn)
	require.NoError(t, err)
	for _, text := range []string{"PostgreSQL", "SQLite", "find by key", "purge 100,000 in batches", "GORM's own", "1.50", "17", "0.25", "0.25×", "16×"} {
		require.Contains(t, texts, text)
	}
	require.NotContains(t, string(drawn), "NaN", "what was not measured is left out")
}

func TestMoreStandsFurtherRight(t *testing.T) {
	t.Parallel()
	d := survey([]result{{"sqlite", "find by key", []string{ours, byHand}, [][]time.Duration{{5}, {1}}}})
	require.InDelta(t, 0, d.place(d.lowest), 1e-9)
	require.InDelta(t, d.place(2)-d.place(1), d.place(4)-d.place(2), 1e-9, "a doubling is as wide everywhere")
	require.LessOrEqual(t, d.place(d.most), panelWidth-valueRoom)
}
