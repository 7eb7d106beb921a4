package softdelete_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// generic turns what GORM's generic API returns into what the other one does.
func generic(db *gorm.DB, rows int, err error) *gorm.DB {
	tx := db.Session(&gorm.Session{NewDB: true})
	tx.RowsAffected = int64(rows)
	_ = tx.AddError(err)
	return tx
}

func TestDeleteForms(t *testing.T) {
	t.Parallel()
	forms := []struct {
		name string
		run  func(db *gorm.DB, notes map[string]*aNote) *gorm.DB
		want string
	}{
		{"value", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Delete(n["a"]) }, "a"},
		{"value by value", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Delete(*n["a"]) }, "a"},
		{"pointer to pointer", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { p := n["a"]; return db.Delete(&p) }, "a"},
		{"trashed value", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Delete(n["x"]) }, ""},
		{"value with a condition that it fails", func(db *gorm.DB, n map[string]*aNote) *gorm.DB {
			return db.Where("title = ?", "b").Delete(n["a"])
		}, ""},
		{"value with a condition that it meets", func(db *gorm.DB, n map[string]*aNote) *gorm.DB {
			return db.Where("title = ?", "b").Or("title = ?", "a").Delete(n["a"])
		}, "a"},
		{"model with a key", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Model(n["a"]).Delete(&aNote{}) }, "a"},
		{"model and no value", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Model(n["a"]).Delete(nil) }, "a"},
		{"slice", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Delete(&[]aNote{*n["a"], *n["x"], *n["c"]}) }, "a c"},
		{"slice by value", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Delete([]aNote{*n["a"], *n["x"], *n["c"]}) }, "a c"},
		{"slice of pointers", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Delete(&[]*aNote{n["a"], n["x"], n["c"]}) }, "a c"},
		{"slice of pointers by value", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Delete([]*aNote{n["a"], n["x"]}) }, "a"},
		{"array", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Delete(&[2]aNote{*n["a"], *n["b"]}) }, "a b"},
		{"slice with a condition", func(db *gorm.DB, n map[string]*aNote) *gorm.DB {
			return db.Where("score > ?", 1).Delete(&[]aNote{*n["a"], *n["x"], *n["c"]})
		}, "c"},
		{"key", func(db *gorm.DB, n map[string]*aNote) *gorm.DB { return db.Delete(&aNote{}, n["a"].ID) }, "a"},
		{"keys", func(db *gorm.DB, n map[string]*aNote) *gorm.DB {
			return db.Delete(&aNote{}, []uint{n["a"].ID, n["x"].ID, n["b"].ID})
		}, "a b"},
		{"inline condition", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Delete(&aNote{}, "title IN ?", []string{"b", "y"})
		}, "b"},
		{"inline condition with an or", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Delete(&aNote{}, "title = ? OR title = ?", "b", "y")
		}, "b"},
		{"inline struct", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB { return db.Delete(&aNote{}, &aNote{Title: "b"}) }, "b"},
		{"inline map", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Delete(&aNote{}, map[string]any{"title": []string{"b", "y"}})
		}, "b"},
		{"condition", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB { return db.Where("score >= ?", 3).Delete(&aNote{}) }, "c d"},
		{"or", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Where("title = ?", "a").Or("title = ?", "x").Delete(&aNote{})
		}, "a"},
		{"not", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB { return db.Not("title = ?", "a").Delete(&aNote{}) }, "b c d"},
		{"subquery", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Where("id IN (?)", db.Session(&gorm.Session{NewDB: true}).Model(&aNote{}).Select("id").Where("score < 3")).Delete(&aNote{})
		}, "a b"},
		{"scope", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", "one") }).Where("score > 1").Delete(&aNote{})
		}, "c"},
		{"table", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Table("a_notes").Where("title = ?", "a").Delete(&aNote{})
		}, "a"},
		{"table with an alias", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Table("a_notes AS n").Where("n.title IN ?", []string{"a", "x"}).Delete(&aNote{})
		}, "a"},
		{"value in a table with an alias", func(db *gorm.DB, n map[string]*aNote) *gorm.DB {
			return db.Table("a_notes AS n").Delete(&[]*aNote{n["x"], n["a"]})
		}, "a"},
		{"all", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Session(&gorm.Session{AllowGlobalUpdate: true}).Delete(&aNote{})
		}, "a b c d"},
		{"all by a condition", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB { return db.Where("1 = 1").Delete(&aNote{}) }, "a b c d"},
		{"limit", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Where("score > 1").Order("score").Limit(2).Delete(&aNote{})
		}, "b c"},
		{"limit counts live rows", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Where("score > 1").Order("score DESC").Limit(1).Delete(&aNote{})
		}, "d"},
		{"limit and offset", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Where("1 = 1").Order("score").Limit(1).Offset(1).Delete(&aNote{})
		}, "b"},
		{"with trashed", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Scopes(softdelete.WithTrashed).Where("title IN ?", []string{"a", "x"}).Delete(&aNote{})
		}, "a"},
		{"with trashed, key", func(db *gorm.DB, n map[string]*aNote) *gorm.DB {
			return db.Scopes(softdelete.WithTrashed).Delete(&aNote{}, n["x"].ID)
		}, ""},
		{"only trashed", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Scopes(softdelete.OnlyTrashed).Where("1 = 1").Delete(&aNote{})
		}, ""},
		{"trashed before", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Scopes(softdelete.TrashedBefore(time.Now().Add(time.Hour))).Where("1 = 1").Delete(&aNote{})
		}, ""},
		{"generic", func(db *gorm.DB, n map[string]*aNote) *gorm.DB {
			rows, err := gorm.G[aNote](db).Where("id IN ?", []uint{n["b"].ID, n["x"].ID}).Delete(db.Statement.Context)
			return generic(db, rows, err)
		}, "b"},
		{"generic with a limit", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			rows, err := gorm.G[aNote](db).Where("score > 0").Order("score").Limit(1).Delete(db.Statement.Context)
			return generic(db, rows, err)
		}, "a"},
		{"join", func(db *gorm.DB, _ map[string]*aNote) *gorm.DB {
			return db.Joins("JOIN a_notes AS o ON o.score = a_notes.score + 1").Where("o.title IN ?", []string{"b", "c", "y"}).Delete(&aNote{})
		}, "a b"},
	}
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		log := record(t, db)
		for _, form := range forms {
			if form.name == "subquery" && isMySQL(db) {
				continue // It refuses a subquery on the table that is written to, with GORM alone too.
			}
			notes := theNotes(t, db)
			before := stored(t, db, "a_notes", "title")
			log.take()
			tx := form.run(db.WithContext(softdelete.WithActor(t.Context(), "now")), notes)
			sent := log.take()
			want := strings.Fields(form.want)
			require.NoError(t, tx.Error, form.name)
			require.EqualValues(t, len(want), tx.RowsAffected, form.name)
			require.Equal(t, 1, starting(sent, "UPDATE"), "%s: %q", form.name, sent)
			require.Zero(t, starting(sent, "DELETE"), "%s: %q", form.name, sent)
			require.Equal(t, 1, starting(sent, "COMMIT"), "%s: %q", form.name, sent)
			after := stored(t, db, "a_notes", "title")
			require.Equal(t, without(before, trackedColumns...), without(after, trackedColumns...), form.name)
			for i, row := range after {
				if !slices.Contains(want, row["title"].(string)) {
					require.Equal(t, before[i], row, form.name)
					continue
				}
				require.NotNil(t, row["deleted_at"], form.name)
				require.Equal(t, "now", row["deleted_by"], form.name)
				require.Nil(t, row["delete_reason"], form.name)
				require.NotNil(t, row["deletion_id"], form.name)
			}
		}
	})
}

func TestDeleteNeedsACondition(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		theNotes(t, db)
		before := stored(t, db, "a_notes", "id")
		log := record(t, db)
		for name, run := range map[string]func(*gorm.DB) *gorm.DB{
			"nothing":        func(db *gorm.DB) *gorm.DB { return db.Delete(&aNote{}) },
			"empty slice":    func(db *gorm.DB) *gorm.DB { return db.Delete(&[]aNote{}) },
			"with trashed":   func(db *gorm.DB) *gorm.DB { return db.Scopes(softdelete.WithTrashed).Delete(&aNote{}) },
			"only trashed":   func(db *gorm.DB) *gorm.DB { return db.Scopes(softdelete.OnlyTrashed).Delete(&aNote{}) },
			"limit":          func(db *gorm.DB) *gorm.DB { return db.Limit(3).Delete(&aNote{}) },
			"join":           func(db *gorm.DB) *gorm.DB { return db.Joins("JOIN a_notes o ON 1 = 1").Delete(&aNote{}) },
			"values no keys": func(db *gorm.DB) *gorm.DB { return db.Delete(&[]aNote{{Title: "a"}, {Title: "b"}}) },
			"generic with trashed": func(db *gorm.DB) *gorm.DB {
				rows, err := gorm.G[aNote](db).Scopes(softdelete.StatementScope(softdelete.WithTrashed)).Delete(t.Context())
				return generic(db, rows, err)
			},
		} {
			require.ErrorIs(t, run(db).Error, gorm.ErrMissingWhereClause, name)
			require.Zero(t, starting(log.take(), "UPDATE"), name)
		}
		require.Equal(t, before, stored(t, db, "a_notes", "id"))
	})
}

func TestDeleteUnscopedIsPermanent(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		notes := theNotes(t, db)
		tx := db.Unscoped().Delete(&[]*aNote{notes["a"], notes["x"]})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 2, tx.RowsAffected)
		require.NoError(t, db.Unscoped().Where("title = ?", "b").Delete(&aNote{}).Error)
		rows, err := gorm.G[aNote](db.Unscoped()).Where("title = ?", "y").Delete(t.Context())
		require.NoError(t, err)
		require.Zero(t, rows, "gorm.G drops what was set before it")
		require.Equal(t, []string{"c", "d"}, liveNotes(t, db))
		require.Equal(t, []string{"y"}, trashedNotes(t, db))
		require.ErrorIs(t, db.Unscoped().Delete(&aNote{}).Error, gorm.ErrMissingWhereClause)
	})
}

func TestDeleteTouchesUpdatedAtIfConfigured(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{TouchUpdatedAt: true}, &aNote{})
		notes := theNotes(t, db)
		was := notes["x"].UpdatedAt
		slice := []*aNote{notes["a"], notes["x"], notes["b"]}
		require.NoError(t, db.Delete(&slice).Error)
		var rows []aNote
		require.NoError(t, db.Unscoped().Order("title").Find(&rows).Error)
		for _, row := range rows {
			switch row.Title {
			case "a", "b":
				require.WithinDuration(t, time.Now(), row.UpdatedAt, time.Minute)
				require.WithinDuration(t, row.UpdatedAt, notes[row.Title].UpdatedAt, time.Millisecond)
			case "x":
				require.True(t, row.UpdatedAt.Equal(was.Truncate(time.Microsecond)) || row.UpdatedAt.Equal(was), "a trashed row is left alone")
			default:
			}
		}
		require.Equal(t, 2020, rows[2].UpdatedAt.Year())
		require.NoError(t, softdelete.Restore(db, notes["b"]).Error)
		require.WithinDuration(t, time.Now(), notes["b"].UpdatedAt, time.Minute)
	})
}

func TestDeleteUsesAHandleAgain(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		notes := theNotes(t, db)
		shared := db.Where("score < ?", 3).Session(&gorm.Session{})
		require.EqualValues(t, 1, shared.Delete(notes["a"]).RowsAffected)
		require.EqualValues(t, 1, shared.Delete(&aNote{}).RowsAffected)
		var n int64
		require.NoError(t, shared.Model(&aNote{}).Count(&n).Error)
		require.Zero(t, n)
		require.Equal(t, []string{"c", "d"}, liveNotes(t, db))

		kept := db.Model(&aNote{}).Scopes(softdelete.WithTrashed).Where("title IN ?", []string{"c", "x"}).Session(&gorm.Session{})
		require.NoError(t, kept.Count(&n).Error)
		require.EqualValues(t, 2, n)
		require.EqualValues(t, 1, kept.Delete(&aNote{}).RowsAffected)
		require.NoError(t, kept.Count(&n).Error)
		require.EqualValues(t, 2, n)
		require.Equal(t, []string{"d"}, liveNotes(t, db))
	})
}

type aPair struct {
	Left  int    `gorm:"primaryKey;autoIncrement:false"`
	Right string `gorm:"primaryKey"`
	Group int
	softdelete.Timestamp
}

func TestDeleteCompositeKeys(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aPair{})
		pairs := []aPair{{Left: 0, Right: "p", Group: 1}, {Left: 1, Right: "p", Group: 2}, {Left: 1, Right: "q", Group: 3}, {Left: 2, Right: "q", Group: 4}}
		require.NoError(t, db.Create(&pairs).Error)
		live := func() []int {
			return column[int](t, db, quoted(db, `SELECT "group" FROM a_pairs WHERE deleted_at IS NULL ORDER BY "group"`))
		}
		require.EqualValues(t, 1, db.Delete(&pairs[1]).RowsAffected)
		require.Equal(t, []int{1, 3, 4}, live())
		slice := []aPair{pairs[0], pairs[1], pairs[3]}
		was := slice[1].DeletedAt
		require.EqualValues(t, 2, db.Delete(&slice).RowsAffected)
		require.Equal(t, []int{3}, live())
		require.True(t, slice[0].DeletedAt.Valid)
		require.Equal(t, was, slice[1].DeletedAt)
		require.True(t, slice[2].DeletedAt.Valid)
		require.EqualValues(t, 3, softdelete.Restore(db, &slice).RowsAffected)

		tx := db.Joins(quoted(db, `JOIN a_pairs AS o ON o."left" = a_pairs."left" AND o."right" <> a_pairs."right"`)).Where(quoted(db, `o."right" = ?`), "q").Delete(&aPair{})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, []int{1, 3, 4}, live())
	})
}
