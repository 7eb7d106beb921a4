package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLogTicks(t *testing.T) {
	t.Parallel()
	require.Equal(t, []float64{1}, logTicks(1))
	require.Equal(t, []float64{1, 2, 5, 10, 20}, logTicks(10.1))
}

func TestPlotIsWellFormed(t *testing.T) {
	t.Parallel()
	times := func(of ...time.Duration) []time.Duration { return of }
	drawn := drawLive([]liveResult{
		{"postgres", archive{4_000_000, 0, noTrash}, "foreign key", [][]time.Duration{times(2), times(2), times(2), times(2)}},
		{"postgres", archive{4_000_000, 95, mixed}, "foreign key", [][]time.Duration{times(2), times(34), times(3), times(2)}},
		{"sqlite", archive{400_000, 99, older}, "newest page", [][]time.Duration{times(2), times(900), times(2), times(2)}},
	})
	texts := svgTexts(t, drawn)
	require.Contains(t, texts, "PostgreSQL, 4 million rows, trash mixed among the live rows")
	require.Contains(t, texts, "SQLite, 400 thousand rows, trash older than the live rows")
	require.Contains(t, texts, "17", "the usual indexes at 95 %")
	require.Contains(t, texts, "1.50", "ours at 95 %")
	require.Contains(t, texts, "450")
	require.Contains(t, texts, "GORM's usual indexes", "escaped, and read back")
	require.NotContains(t, string(drawn), "NaN", "what was not measured is left out")
}

func TestHigherValuesStandHigher(t *testing.T) {
	t.Parallel()
	f := frame{left: 10, top: 20, steps: 4, highest: 100}
	require.InDelta(t, 20, f.at(0, 100).y, 0.01)
	require.Greater(t, f.at(0, 1).y, f.at(0, 1.1).y)
	require.InDelta(t, f.at(0, 1).y-f.at(0, 10).y, f.at(0, 10).y-f.at(0, 100).y, 0.01)
	require.Less(t, f.at(0, 1).x, f.at(3, 1).x)
}

// svgTexts reads a drawing and returns its texts.
func svgTexts(t *testing.T, drawn []byte) []string {
	t.Helper()
	var texts []string
	decoder := xml.NewDecoder(bytes.NewReader(drawn))
	inText := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				texts = append(texts, string(token))
			}
		}
	}
}
