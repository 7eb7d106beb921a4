package page

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHeld says that SQL which names no database is held against what one of the page's sends, and that what none would send is refused.
func TestHeld(t *testing.T) {
	t.Parallel()
	everywhere, there := World{}, World{Databases: []string{"postgres"}}
	require.Equal(t, "sqlite", everywhere.home())
	require.Equal(t, "postgres", there.home())

	sent := func(sql string) Block { return Block{At: "a.md:1", Sent: []Sent{{At: "a.md:5", SQL: sql}}} }
	require.NoError(t, everywhere.held(sent("-- MariaDB\nSELECT 1")))
	require.NoError(t, there.held(sent("-- PostgreSQL\nSELECT 1")))
	require.NoError(t, there.held(sent("SELECT 1")))
	require.EqualError(t, there.held(sent("-- SQLite\nSELECT 1")), "a.md:5: SQL of sqlite, on which the page is not run")
	require.EqualError(t, there.held(Block{At: "a.md:1", SQL: "-- SQLite\nSELECT 1"}), "a.md:1: SQL of sqlite, on which the page is not run")
	require.EqualError(t, everywhere.held(sent("-- SELECT 1")), "a.md:5: SQL without a statement")
}
