package softdelete_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestWritesWhereTheDatabaseCanDoLess is of a database that has neither a WHERE on an upsert nor a subquery on the table that is
// written to.
func TestWritesWhereTheDatabaseCanDoLess(t *testing.T) {
	t.Parallel()
	plain, db := bothHandles(t, testdb.OpenerFor(t, "mariadb"), &aWriter{}, &aPost{}, &aBio{}, &aTag{})
	for name, write := range onTrash {
		nearTrash(t, plain)
		all := allNear(t, plain)
		require.ErrorIs(t, write(db.WithContext(t.Context())).Error, softdelete.ErrTrashed, name)
		require.Equal(t, all, allNear(t, plain), name)
	}

	nearTrash(t, plain)
	log := record(t, db)
	require.NoError(t, db.Clauses(onConflict("id")).Create(&aPost{ID: 1, Title: "new", Slug: ptr("s1")}).Error)
	_, upsert, found := strings.Cut(strings.Join(log.take(), "\n"), "ON DUPLICATE KEY UPDATE")
	require.True(t, found)
	require.NotContains(t, upsert, "WHERE", "the database has none there")
	require.NotContains(t, upsert, "`deleted_at`=", "a marker is not written")
	require.Contains(t, upsert, "`title`=CASE WHEN `a_posts`.`deleted_at` IS NULL THEN VALUES(`title`) ELSE `a_posts`.`title` END")
	require.NoError(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&aPost{ID: 2, Title: "new"}).Error)
	writer := aWriter{ID: 1, Name: "w", Posts: []aPost{{ID: 1, Title: "hers", Slug: ptr("s1")}, {ID: 2, Title: "hers"}, {ID: 3, Title: "hers"}}}
	require.NoError(t, db.Session(&gorm.Session{FullSaveAssociations: true}).Save(&writer).Error)
	require.Equal(t, []string{"hers", "two", "hers"}, column[string](t, plain, "SELECT title FROM a_posts ORDER BY id"))

	log.take()
	tx := db.Joins("JOIN a_posts o ON o.id = a_posts.id").Where("o.title = ?", "hers").Delete(&aPost{})
	require.NoError(t, tx.Error)
	require.EqualValues(t, 2, tx.RowsAffected)
	require.Contains(t, strings.Join(log.take(), "\n"), "IN (SELECT /*+ NO_MERGE(softdelete_rows) */ * FROM (SELECT", "nested once more")
	tx = softdelete.Purge(db.Where("title = ?", "hers").Limit(1), &aPost{})
	require.NoError(t, tx.Error)
	require.EqualValues(t, 1, tx.RowsAffected)
	require.Len(t, stored(t, plain, "a_posts", "id"), 2)
}

// TestNoStatementNeedsPostgres looks for what only PostgreSQL has in all that is sent to it.
func TestNoStatementNeedsPostgres(t *testing.T) {
	t.Parallel()
	open := testdb.OpenerFor(t, "postgres")
	db := withPlugin(t, open, softdelete.Config{Clock: softdelete.DatabaseClock}, &aNote{})
	notes := theNotes(t, db)
	log := record(t, db)
	slice := []*aNote{notes["a"], notes["b"]}
	require.NoError(t, db.Delete(&slice).Error)
	require.NoError(t, db.Where("score > 0").Limit(1).Delete(&aNote{}).Error)
	require.NoError(t, softdelete.Restore(db, &slice).Error)
	require.NoError(t, db.Scopes(softdelete.Revive).Create(&[]aNote{{ID: 5, Title: "x"}, {ID: 9, Title: "new"}}).Error)
	require.NoError(t, db.Save(&[]aNote{{ID: 1, Title: "a"}}).Error)
	require.NoError(t, softdelete.Purge(db, notes["y"]).Error)
	require.NoError(t, softdelete.ForceDelete(db, notes["a"]).Error)
	for _, sent := range log.take() {
		for _, word := range []string{"ctid", "advisory", "nextval", "::", "USING", "FOR NO KEY", "DISTINCT ON"} {
			require.NotContains(t, strings.ToLower(sent), strings.ToLower(word))
		}
	}
}
