package dialect_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestDialectIsEverybodys says that a dialect is the same for all handles of a database, and that who only looks gets one of
// their own.
func TestDialectIsEverybodys(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		d := dialect.Of(open(t))
		require.Same(t, d, dialect.Of(open(t)))
		before := *d
		seen := d.AsSeen()
		require.NotSame(t, d, seen)
		require.Empty(t, seen.CurrentRead)
		require.Equal(t, before, *d)
	})
}
