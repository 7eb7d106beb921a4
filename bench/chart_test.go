package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/bench/internal/report"
)

func TestLogTicks(t *testing.T) {
	t.Parallel()
	require.Equal(t, []float64{1}, logTicks(1, 1))
	require.Equal(t, []float64{1, 2, 5, 10, 20}, logTicks(1, 10.1))
	require.InDeltaSlice(t, []float64{0.1, 0.2, 0.5, 1}, logTicks(0.1, 0.6), 1e-12)
}

func TestPlotIsWellFormed(t *testing.T) {
	t.Parallel()
	times := func(of ...time.Duration) []time.Duration { return of }
	drawn := drawLive([]liveResult{
		{"postgres", archive{4_000_000, 0, noTrash}, "foreign key", [][]time.Duration{times(2), times(2), times(2), times(2)}},
		{"postgres", archive{4_000_000, 95, mixed}, "foreign key", [][]time.Duration{times(2), times(34), times(3), times(2)}},
		{"sqlite", archive{400_000, 99, older}, "newest page", [][]time.Duration{times(2), times(900), times(2), times(2)}},
	})
	texts, err := report.Texts(drawn)
	require.NoError(t, err)
	require.Contains(t, texts, "PostgreSQL, 4 million rows, trash mixed among the live rows")
	require.Contains(t, texts, "SQLite, 400 thousand rows, trash older than the live rows")
	require.Contains(t, texts, "17", "the usual indexes at 95 %")
	require.Contains(t, texts, "1.50", "ours at 95 %")
	require.Contains(t, texts, "450")
	require.Contains(t, texts, "GORM's usual indexes", "escaped, and read back")
	require.NotContains(t, string(drawn), "NaN", "what was not measured is left out")
}

func TestGrowthPlotIsWellFormed(t *testing.T) {
	t.Parallel()
	ms := func(of ...time.Duration) []time.Duration {
		times := make([]time.Duration, len(of))
		for i := range of {
			times[i] = of[i] * time.Millisecond
		}
		return times
	}
	sizes := []int{10_000, 100_000, 1_000_000}
	results := []growthResult{
		{"postgres", "List, page 1,000", sizes, [][]time.Duration{nil, ms(2, 3, 4), ms(4, 4, 4)}},
		{"postgres", "Stats", sizes, [][]time.Duration{ms(1), ms(10), ms(111)}},
		{"tidb", "Stats", sizes[:2], [][]time.Duration{ms(7), ms(70)}},
	}
	texts, err := report.Texts(drawGrowth(results))
	require.NoError(t, err)
	for _, text := range []string{"PostgreSQL", "TiDB", "10 k", "1 M", "List, page 1,000", "Stats", "4.00", "111", "70.0"} {
		require.Contains(t, texts, text)
	}
	require.NotContains(t, string(drawGrowth(results)), "NaN", "what was not measured is left out")

	mean, most := results[0].perDecade()
	require.InDelta(t, 4.0/3, mean, 1e-9, "of the sizes that were measured")
	require.InDelta(t, 4.0/3, most, 1e-9)
	_, most = results[1].perDecade()
	require.InDelta(t, 11.1, most, 1e-9)
}

func TestHigherValuesStandHigher(t *testing.T) {
	t.Parallel()
	f := frame{left: 10, top: 20, steps: 4, lowest: 0.7, highest: 100, strip: 18}
	require.InDelta(t, 20, f.at(0, 100).Y, 0.01)
	require.Greater(t, f.at(0, 1).Y, f.at(0, 1.1).Y)
	require.InDelta(t, f.at(0, 1).Y-f.at(0, 10).Y, f.at(0, 10).Y-f.at(0, 100).Y, 0.01)
	require.Less(t, f.at(0, 1).X, f.at(3, 1).X)
}
