package write_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestWritesWhereTheDatabaseCanDoLess is of a database that has neither a WHERE on an upsert nor a subquery on the table that is
// written to.
func TestWritesWhereTheDatabaseCanDoLess(t *testing.T) {
	t.Parallel()
	plain, db := bothHandles(t, testdb.OpenerFor(t, "mariadb"), &models.AWriter{}, &models.APost{}, &models.ABio{}, &models.ATag{})
	for name, write := range onTrash {
		models.NearTrash(t, plain)
		all := models.AllNear(t, plain)
		require.ErrorIs(t, write(db.WithContext(t.Context())).Error, softdelete.ErrTrashed, name)
		require.Equal(t, all, models.AllNear(t, plain), name)
	}

	models.NearTrash(t, plain)
	log := record.Record(t, db)
	require.NoError(t, db.Clauses(handles.OnConflict("id")).Create(&models.APost{ID: 1, Title: "new", Slug: tables.Ptr("s1")}).Error)
	_, upsert, found := strings.Cut(strings.Join(log.Take(), "\n"), "ON DUPLICATE KEY UPDATE")
	require.True(t, found)
	require.NotContains(t, upsert, "WHERE", "the database has none there")
	require.NotContains(t, upsert, "`deleted_at`=", "a marker is not written")
	require.Contains(t, upsert, "`title`=CASE WHEN `a_posts`.`deleted_at` IS NULL THEN VALUES(`title`) ELSE `a_posts`.`title` END")
	require.NoError(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&models.APost{ID: 2, Title: "new"}).Error)
	writer := models.AWriter{ID: 1, Name: "w", Posts: []models.APost{{ID: 1, Title: "hers", Slug: tables.Ptr("s1")}, {ID: 2, Title: "hers"}, {ID: 3, Title: "hers"}}}
	require.NoError(t, db.Session(&gorm.Session{FullSaveAssociations: true}).Save(&writer).Error)
	require.Equal(t, []string{"hers", "two", "hers"}, tables.Column[string](t, plain, "SELECT title FROM a_posts ORDER BY id"))

	log.Take()
	tx := db.Joins("JOIN a_posts o ON o.id = a_posts.id").Where("o.title = ?", "hers").Delete(&models.APost{})
	require.NoError(t, tx.Error)
	require.EqualValues(t, 2, tx.RowsAffected)
	require.Contains(t, strings.Join(log.Take(), "\n"), "IN (SELECT /*+ NO_MERGE(softdelete_rows) */ * FROM (SELECT", "nested once more")
	tx = softdelete.Purge(db.Where("title = ?", "hers").Limit(1), &models.APost{})
	require.NoError(t, tx.Error)
	require.EqualValues(t, 1, tx.RowsAffected)
	require.Len(t, tables.Stored(t, plain, "a_posts", "id"), 2)
}

// TestNoStatementNeedsPostgres looks for what only PostgreSQL has in all that is sent to it.
func TestNoStatementNeedsPostgres(t *testing.T) {
	t.Parallel()
	open := testdb.OpenerFor(t, "postgres")
	db := handles.WithPlugin(t, open, softdelete.Config{Clock: softdelete.DatabaseClock}, &models.ANote{})
	notes := models.TheNotes(t, db)
	log := record.Record(t, db)
	slice := []*models.ANote{notes["a"], notes["b"]}
	require.NoError(t, db.Delete(&slice).Error)
	require.NoError(t, db.Where("score > 0").Limit(1).Delete(&models.ANote{}).Error)
	require.NoError(t, softdelete.Restore(db, &slice).Error)
	require.NoError(t, db.Scopes(softdelete.Revive).Create(&[]models.ANote{{ID: 5, Title: "x"}, {ID: 9, Title: "new"}}).Error)
	require.NoError(t, db.Save(&[]models.ANote{{ID: 1, Title: "a"}}).Error)
	require.NoError(t, softdelete.Purge(db, notes["y"]).Error)
	require.NoError(t, softdelete.ForceDelete(db, notes["a"]).Error)
	for _, sent := range log.Take() {
		for _, word := range []string{"ctid", "advisory", "nextval", "::", "USING", "FOR NO KEY", "DISTINCT ON"} {
			require.NotContains(t, strings.ToLower(sent), strings.ToLower(word))
		}
	}
}
