package empty_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// aTile has a key of whatever type its table gives it.
type aTile struct {
	ID string
	softdelete.Timestamp
	Chips []aChip `gorm:"foreignKey:TileID" softdelete:"cascade"`
}

type aChip struct {
	ID     uint
	TileID string
	softdelete.Timestamp
}

// aPatch has a key of two columns.
type aPatch struct {
	Row    string `gorm:"primaryKey"`
	Column int    `gorm:"primaryKey;autoIncrement:false"`
	softdelete.Timestamp
}

// TestEmptyAtOnceByAnyKey says that on PostgreSQL a batch of rows on which nothing hangs is one statement, whatever its key is.
func TestEmptyAtOnceByAnyKey(t *testing.T) {
	t.Parallel()
	for kind, key := range map[string]string{
		"text": "'tile ' || i", "varchar(20)": "'tile ' || i", "char(20)": "'tile ' || i", "uuid": "CAST(md5(CAST(i AS text)) AS uuid)",
		"bigint": "i", "smallint": "i", "numeric(10,2)": "i / 4.0", "date": "DATE '2024-01-01' + i", "a_number": "i",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			open := testdb.OpenerFor(t, "postgres")
			db := models.OpenStill(t, open, softdelete.Config{Models: []any{&aTile{}, &aChip{}}})
			for _, sql := range []string{
				"CREATE DOMAIN a_number AS integer CHECK (VALUE >= 0)",
				fmt.Sprintf("CREATE TABLE a_tiles (id %s PRIMARY KEY, deleted_at timestamptz)", kind),
				fmt.Sprintf("CREATE TABLE a_chips (id bigserial PRIMARY KEY, tile_id %s REFERENCES a_tiles (id), deleted_at timestamptz)", kind),
				fmt.Sprintf("INSERT INTO a_tiles SELECT %s, CASE WHEN i <= 25 THEN now() - interval '2000 days' + make_interval(secs => i / 4) END FROM generate_series(1, 30) i", key),
			} {
				require.NoError(t, db.Exec(sql).Error)
			}
			log := record.Record(t, db)
			report, err := models.OpenTrash(t, db, &aTile{}).Empty(t.Context(), softdelete.EmptyOptions{All: true, BatchSize: 10})
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"a_tiles": 25}, report.Rows)
			batchesAtOnce(t, log.Take(), 3)
		})
	}
	t.Run("two columns", func(t *testing.T) {
		t.Parallel()
		open := testdb.OpenerFor(t, "postgres")
		db := models.OpenStill(t, open, softdelete.Config{Models: []any{&aPatch{}}}, &aPatch{})
		require.NoError(t, db.Exec(`INSERT INTO a_patches ("row", "column", deleted_at) SELECT 'row ' || i % 3, i, CASE WHEN i <= 25 THEN now() - make_interval(secs => i / 4) END FROM generate_series(1, 30) i`).Error)
		log := record.Record(t, db)
		report, err := models.OpenTrash(t, db).Empty(t.Context(), softdelete.EmptyOptions{All: true, BatchSize: 10})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"a_patches": 25}, report.Rows)
		batchesAtOnce(t, log.Take(), 3)
	})
}

// batchesAtOnce says how many statements removed rows, that each began with what finds them, and that there was no transaction around it.
func batchesAtOnce(t *testing.T, statements []string, n int) {
	t.Helper()
	removing := 0
	for _, sql := range statements {
		if strings.Contains(sql, "DELETE FROM") {
			removing++
			require.True(t, strings.HasPrefix(sql, "WITH "), sql)
		}
		require.NotEqual(t, "BEGIN", sql)
	}
	require.Equal(t, n, removing)
}
