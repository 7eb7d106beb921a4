package trashui

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestNumbers says how numbers are said.
func TestNumbers(t *testing.T) {
	t.Parallel()
	for want, n := range map[string]any{"0": 0, "7": int64(7), "999": 999, "1,000": 1000, "12,345": int64(12345), "1,234,567": 1234567} {
		require.Equal(t, want, number(n))
	}
	require.Equal(t, "1 row", countRows(1))
	require.Equal(t, "0 rows", countRows(0))
	require.Equal(t, "1,200 rows", countRows(1200))
	require.Equal(t, "1 other row", others(1))
	require.Equal(t, "41 other rows", others(41))
	require.Equal(t, "tracks 1,036, albums 3+", listTables([]tableRows{{Table: "tracks", Rows: 1036}, {Table: "albums", Rows: 3, More: true}}))
	require.Empty(t, listTables(nil))
}

// TestTimes says how times are said: the same for everybody, and how far they are.
func TestTimes(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Date(2026, 11, 28, 23, 40, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]string{
		0: "just now", 59 * time.Second: "just now", time.Minute: "1 minute ago", 59*time.Minute + 59*time.Second: "59 minutes ago", time.Hour: "1 hour ago",
		23 * time.Hour: "23 hours ago", day: "1 day ago", 99 * day: "99 days ago", 100 * day: "3 months ago", 700 * day: "23 months ago", 800 * day: "2 years ago",
		-30 * time.Second: "in a moment", -12 * day: "in 12 days", -3650 * day: "in 10 years",
	} {
		at := now.Add(-ago)
		m := momentOf(now, &at)
		require.Equal(t, want, m.Far)
		require.Equal(t, ago >= 0, m.Past, want)
	}
	m := momentOf(now, time.Date(2026, 11, 28, 20, 1, 2, 3, time.FixedZone("", -3600)))
	require.Equal(t, instant{ISO: "2026-11-28T21:01:02Z", Text: "2026-11-28 21:01 UTC", Far: "2 hours ago", Past: true}, *m)
	require.Nil(t, momentOf(now, nil))
	require.Nil(t, momentOf(now, (*time.Time)(nil)))
	require.Nil(t, momentOf(now, time.Time{}))
	for seconds, want := range map[int64]string{1: "1 second", 60: "1 minute", 90: "90 seconds", 3600: "1 hour", 36 * 3600: "36 hours", 24 * 3600: "1 day", 30 * 24 * 3600: "30 days", 365 * 24 * 3600: "1 year", 400 * 24 * 3600: "400 days", 3652 * 24 * 3600: "10 years"} {
		require.Equal(t, want, span(seconds))
	}
	require.Equal(t, "date", dateType(""))
	require.Equal(t, "date", dateType("2026-11-28"))
	require.Equal(t, "text", dateType("2026-11-28T10:00:00Z"), "a field for dates would lose it")
}

// TestNames says what a row is called: by its label, or by what it is.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		item       item
		name, what string
	}{
		{item{Model: "Track", Key: []string{"7"}, Label: "Blue"}, "Blue", "Track 7"},
		{item{Model: "Track", Key: []string{"7"}, Label: "7"}, "Track 7", ""},
		{item{Model: "Track", Key: []string{"7"}}, "Track 7", ""},
		{item{Model: "Entry", Key: []string{"49", "244"}, Label: "49,244"}, "Entry 49, 244", ""},
		{item{Model: "Cover", Key: []string{"a,b"}, Label: "a%2Cb"}, "Cover a,b", ""},
	} {
		require.Equal(t, test.name, nameOf(test.item))
		require.Equal(t, test.what, whatOf(test.item))
	}
	require.Equal(t, "Über", capital("über"))
	require.Empty(t, capital(""))
	require.Equal(t, "d2", depth(2))
	require.Equal(t, "d6", depth(60))
}

// TestChart says that each day has a bar as high as it has rows, and that it can be read out.
func TestChart(t *testing.T) {
	t.Parallel()
	days := []day{{Date: "2026-11-01", Rows: 0}, {Date: "2026-11-02", Rows: 1}, {Date: "2026-11-03", Rows: 1000, More: true}, {Date: "2026-11-04", Rows: 500}}
	c := chartOf(days)
	require.Len(t, c.Bars, 4)
	require.Equal(t, []int{0, 2, 100, 50}, []int{c.Bars[0].Height, c.Bars[1].Height, c.Bars[2].Height, c.Bars[3].Height}, "what little there is can be seen")
	for i, b := range c.Bars {
		require.Equal(t, c.Height, b.Y+b.Height)
		require.LessOrEqual(t, b.X+b.Width, c.Width)
		if i > 0 {
			require.Greater(t, b.X, c.Bars[i-1].X+c.Bars[i-1].Width)
		}
	}
	require.Equal(t, c.Width, c.Bars[3].X+c.Bars[3].Width)
	require.Equal(t, "1,501 rows or more, from 1 November to 4 November. Most on 3 November: 1,000 or more.", c.Desc)
	require.Equal(t, "2 November: 1 row", c.Bars[1].Said)
	require.Equal(t, "3 November: 1,000 rows or more", c.Bars[2].Said)
	require.Empty(t, chartOf(nil).Bars)
	require.Empty(t, chartOf(days[:1]).Bars, "there is nothing to draw")
}
