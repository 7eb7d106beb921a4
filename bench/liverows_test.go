package main

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// The reads name rows by numbers alone: each has to be live, and where the table has it.
func TestArchiveHasTheRowsThatAreRead(t *testing.T) {
	t.Parallel()
	for _, name := range testdb.Names() {
		if !slices.Contains(liveDatabases, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := testdb.Open(t, name)
			for _, of := range archives(4000) {
				for _, liveOnly := range []bool{false, true} {
					require.NoError(t, db.Migrator().DropTable(&bareArticle{}))
					require.NoError(t, of.fill(db, liveOnly))
					requireRows(t, db, of, liveOnly)
				}
			}
		})
	}
}

func requireRows(t *testing.T, db *gorm.DB, of archive, liveOnly bool) {
	t.Helper()
	var rows []Article
	require.NoError(t, db.Unscoped().Find(&rows).Error)
	byID, byAuthor := map[int]Article{}, map[int]int{}
	for _, a := range rows {
		if !a.DeletedAt.Valid {
			byID[int(a.ID)] = a         //nolint:gosec // a small number
			byAuthor[int(a.AuthorID)]++ //nolint:gosec // likewise
		}
	}
	want := of.rows
	if liveOnly {
		want = of.live()
	}
	require.Len(t, rows, want, of.describe())
	require.Len(t, byID, of.live(), of.describe())
	for k := range of.live() {
		a, found := byID[of.liveID(k)]
		require.True(t, found, "%s: live row %d", of.describe(), k)
		require.Equal(t, slug(of.liveID(k)), a.Slug)
		require.EqualValues(t, of.author(k), a.AuthorID)
		require.Equal(t, livePerAuthor, byAuthor[of.author(k)])
	}
}
