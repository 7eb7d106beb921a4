package portability_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// helperEnv has the test's own program be the one that is recorded.
const helperEnv = "SOFTDELETE_PORTABILITY_HELPER"

type Page struct {
	ID    uint
	Title string
	softdelete.Tracked
	Notes []PageNote `gorm:"foreignKey:PageID" softdelete:"cascade"`
}

type PageNote struct {
	ID     uint
	PageID uint
	softdelete.Tracked
}

// BeforeDelete sends what a test's hook does, within the library's own work.
func (*Page) BeforeDelete(tx *gorm.DB) error {
	return tx.Exec("UPDATE pages SET title = 'raw in a hook' WHERE 1 = 0").Error
}

// TestWhatIsRecorded looks at what a process records of what it sends.
func TestWhatIsRecorded(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestRecordedHelper$", "-test.v")
	cmd.Env = append(os.Environ(), "SOFTDELETE_TEST_STATEMENTS="+folder, helperEnv+"=1")
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", output)
	recorded, err := testdb.Recorded(folder)
	require.NoError(t, err)
	for _, database := range testdb.Names() {
		if strings.Contains(string(output), "--- SKIP: TestRecordedHelper/"+database) {
			continue
		}
		var sent []string
		for _, s := range recorded {
			if s.Database == database {
				sent = append(sent, strings.ReplaceAll(s.SQL, "`", `"`))
			}
		}
		for _, want := range []string{
			// Built by GORM.
			`SELECT * FROM "pages" WHERE "pages" . "deleted_at" IS NULL`,
			`INSERT INTO "pages" ( `,
			// Lists of any length are one statement.
			`UPDATE "pages" SET "title" = ? WHERE id IN ( ? ) AND "pages" . "deleted_at"`,
			// Sent by GORM's step, with the library's SQL.
			`UPDATE "pages" SET "deleted_at" = ? , "deleted_by" = ?`,
			// The library's own.
			`UPDATE "page_notes" SET "deleted_at" = ? , "deleted_by" = ?`,
			`SAVEPOINT ?`,
			`CREATE INDEX`,
			`SELECT "pages" . "id" , "pages" . "deletion_id"`,
		} {
			if slices.Contains([]string{"mariadb", "tidb"}, database) && want == "CREATE INDEX" {
				want = `ALTER TABLE "pages"`
			}
			require.True(t, slices.ContainsFunc(sent, func(sql string) bool { return strings.HasPrefix(sql, want) }), "%s: %s in %s", database, want, strings.Join(sent, "\n"))
		}
		for _, sql := range sent {
			require.NotContains(t, sql, "raw", database)
			require.NotContains(t, sql, "CREATE TABLE", "%s: what GORM's migrator makes", database)
			require.NotContains(t, sql, "plain", "%s: of a handle without the plugin", database)
		}
		require.Equal(t, len(sent), len(slices.Compact(slices.Sorted(slices.Values(sent)))), "each once")
	}
}

// TestRecordedHelper is the process that TestWhatIsRecorded starts, and no test by itself.
func TestRecordedHelper(t *testing.T) {
	if os.Getenv(helperEnv) == "" {
		t.Skip("it is the process that TestWhatIsRecorded starts")
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, bare := open(t), open(t)
		if db.Name() == "sqlite" && strings.Contains(testdb.SQLiteModule, "ncruces") {
			t.Skip("nothing is recorded of this driver, which has no other name")
		}
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&Page{}, &PageNote{}}})))
		require.NoError(t, softdelete.AutoMigrate(db, &Page{}, &PageNote{}))
		page := Page{Title: "a", Notes: []PageNote{{}, {}}}
		require.NoError(t, db.Create(&page).Error)
		require.NoError(t, bare.Exec("UPDATE pages SET title = 'plain'").Error)
		require.NoError(t, bare.Table("pages").Where("title = ?", "plain").Update("title", gorm.Expr("'plain'")).Error)

		var pages []Page
		require.NoError(t, db.Find(&pages).Error)
		for _, ids := range [][]uint{{1, 2}, {1, 2, 3}} {
			require.NoError(t, db.Model(&Page{}).Where("id IN ?", ids).Update("title", "b").Error)
		}
		require.NoError(t, db.Exec("UPDATE pages SET title = 'raw'").Error)
		require.NoError(t, db.Raw("SELECT id, title AS raw FROM pages").Scan(&pages).Error)
		require.NoError(t, db.Transaction(func(tx *gorm.DB) error { return tx.Select("Notes").Delete(&page).Error }))
		pool, err := db.DB()
		require.NoError(t, err)
		_, err = pool.ExecContext(t.Context(), "UPDATE pages SET title = 'raw'")
		require.NoError(t, err)
		trash, err := softdelete.OpenTrash(db)
		require.NoError(t, err)
		_, err = trash.List(t.Context(), softdelete.ListOptions{})
		require.NoError(t, err)
	})
}
