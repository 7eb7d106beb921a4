package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// Each side does each work, and the counts after it agree.
func TestEverySideDoesEveryWork(t *testing.T) {
	t.Parallel()
	for _, database := range testdb.Names() {
		if _, known := wordsOf[database]; !known {
			continue
		}
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			for _, w := range works(sizesOf(0.002)) {
				t.Run(w.name, func(t *testing.T) {
					t.Parallel()
					sides, err := enter(t, database, w, candidates)
					require.NoError(t, err)
					require.NotEmpty(t, sides)
					if w.can == nil {
						require.Len(t, sides, len(candidates))
					}
					for _, c := range sides {
						for turn := range 3 { // the second one begins with what the first has left
							_, err := c.turn(w, turn)
							require.NoError(t, err, c.name)
						}
					}
				})
			}
		})
	}
}

// A work that a side does not do is found out.
func TestWorkThatIsNotDoneIsAnError(t *testing.T) {
	t.Parallel()
	for _, w := range works(sizesOf(0.002)) {
		switch w.name {
		case "list 2 live", "find by key": // what they read is looked at at once
			continue
		}
		in, err := openPlace(t, "sqlite", byTime)
		require.NoError(t, err)
		require.NoError(t, w.fill(in.rows))
		w.do = nil
		w.repeats = 0
		if w.prepare != nil {
			require.NoError(t, w.prepare(in.rows, 0))
		}
		require.Error(t, w.check(in.rows, 0), w.name)
	}
}

func TestRatiosAreOfTheRounds(t *testing.T) {
	t.Parallel()
	us := func(of ...int) []time.Duration {
		var times []time.Duration
		for _, n := range of {
			times = append(times, time.Duration(n)*time.Microsecond)
		}
		return times
	}
	r := result{"sqlite", "find by key", []string{ours, "bun", byHand}, [][]time.Duration{us(20, 400, 40), us(30, 30, 30), us(10, 100, 10)}}
	ratio, found := r.ratio(ours, byHand)
	require.True(t, found)
	require.InDelta(t, 4, ratio, 1e-9, "of 2, 4 and 4")
	_, found = r.ratio("ent", byHand)
	require.False(t, found)
	require.Equal(t, "30.0–220", quartiles(us(400, 20, 40)))
	rows := details("sqlite", []result{r}).Rows
	require.Equal(t, []string{"find by key", ours, "40.0", "30.0–220", "4.00", "1.00", "3"}, rows[0][:7])
	require.Equal(t, []string{"find by key", "10.0", "4.00", "", "", "3.00", ""}, overview("sqlite", []result{r}).Rows[0])
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-databases", "oracle"}, {"-sides", "xorm"}, {"-rounds", "0"}, {"-scale", "0"}, {"-run", "("},
	} {
		_, err := parse(args)
		require.Error(t, err, args)
	}
	o, err := parse([]string{"-databases", "sqlite", "-sides", "ent, by hand", "-run", "find"})
	require.NoError(t, err)
	require.Equal(t, []string{"ent", "by hand"}, names(o.sides))
	require.Equal(t, []string{"sqlite"}, o.databases)
	require.Equal(t, 20, roundsOf(work{long: true}, 100))
	require.Equal(t, 5, roundsOf(work{long: true}, 10))
	require.Equal(t, 2, roundsOf(work{long: true}, 2))
}

func TestThousands(t *testing.T) {
	t.Parallel()
	require.Equal(t, "50", thousands(50))
	require.Equal(t, "1,000", thousands(1000))
	require.Equal(t, "100,000", thousands(100_000))
	require.Equal(t, "1,002,003", thousands(1_002_003))
}
