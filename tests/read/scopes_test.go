package read_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

type scopeAuthor struct {
	ID   uint
	Name string
	softdelete.Flagged
}

type scopePost struct {
	ID       uint
	Title    string
	AuthorID *uint
	Author   *scopeAuthor
	softdelete.Tracked
}

func openScopes(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	config := testdb.Config()
	config.NowFunc = func() time.Time { return readNow }
	db := open(t, config)
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, db.AutoMigrate(&scopeAuthor{}, &scopePost{}, &models.ScopePlain{}))
	return db
}

// TestScopesSQL says what each scope does to a statement's SQL.
func TestScopesSQL(t *testing.T) {
	t.Parallel()
	const live, trashed = "scope_posts.deleted_at IS NULL", "scope_posts.deleted_at IS NOT NULL"
	const posts = "SELECT * FROM scope_posts WHERE "
	const joined = "SELECT scope_posts.id,scope_posts.title,scope_posts.author_id,scope_posts.deleted_at,scope_posts.deleted_by," +
		"scope_posts.delete_reason,scope_posts.deletion_id,Author.id AS Author__id,Author.name AS Author__name," +
		"Author.is_deleted AS Author__is_deleted FROM scope_posts LEFT JOIN scope_authors Author ON scope_posts.author_id = Author.id"
	find := func(scopes ...handles.ReadScope) func(*gorm.DB) *gorm.DB {
		return func(tx *gorm.DB) *gorm.DB { return tx.Scopes(scopes...).Find(&[]scopePost{}) }
	}
	for _, test := range []struct {
		name, want string
		timed      bool // The text differs where times are text.
		run        func(tx *gorm.DB) *gorm.DB
	}{
		{name: "none", want: posts + live, run: find()},
		{name: "WithTrashed", want: "SELECT * FROM scope_posts", run: find(softdelete.WithTrashed)},
		{name: "OnlyTrashed", want: posts + trashed, run: find(softdelete.OnlyTrashed)},
		{name: "WithoutTrashed", want: posts + live, run: find(softdelete.OnlyTrashed, softdelete.WithoutTrashed)},
		{name: "WithoutTrashed after TrashedBy", want: posts + live, run: find(softdelete.TrashedBy("ana"), softdelete.WithoutTrashed)},
		{name: "WithTrashedIn", want: "SELECT * FROM scope_posts", run: find(softdelete.WithTrashedIn(&scopePost{}))},
		{name: "WithTrashedIn another", want: posts + live, run: find(softdelete.WithTrashedIn(&scopeAuthor{}))},
		{name: "OnlyTrashedIn a slice", want: posts + trashed, run: find(softdelete.OnlyTrashedIn([]*scopePost{}))},
		{
			name: "OnlyTrashedIn after WithTrashedIn", want: posts + trashed,
			run: find(softdelete.WithTrashedIn(scopePost{}), softdelete.OnlyTrashedIn(scopePost{})),
		},
		{name: "TrashedBefore", timed: true, want: posts + "scope_posts.deleted_at < '2024-02-01 12:00:00' AND " + trashed, run: find(softdelete.TrashedBefore(handles.ReadMiddle))},
		{name: "TrashedAfter", timed: true, want: posts + "scope_posts.deleted_at > '2024-02-01 12:00:00' AND " + trashed, run: find(softdelete.TrashedAfter(handles.ReadMiddle))},
		{name: "TrashedWithin", timed: true, want: posts + "scope_posts.deleted_at >= '2024-04-01 11:00:00' AND " + trashed, run: find(softdelete.TrashedWithin(time.Hour))},
		{name: "TrashedBy", want: posts + "scope_posts.deleted_by = 'ana' AND " + trashed, run: find(softdelete.TrashedBy("ana"))},
		{name: "TrashedBy nobody", want: posts + "scope_posts.deleted_by IS NULL AND " + trashed, run: find(softdelete.TrashedBy(nil))},
		{name: "OR", want: posts + "(id = 1 OR id = 2) AND " + live, run: func(tx *gorm.DB) *gorm.DB {
			return tx.Where("id = ?", 1).Or("id = ?", 2).Find(&[]scopePost{})
		}},
		{name: "no OR", want: posts + "id = 1 AND scope_posts.title = 'x' AND " + live, run: func(tx *gorm.DB) *gorm.DB {
			return tx.Where("id = ?", 1).Where(map[string]any{"title": "x"}).Find(&[]scopePost{})
		}},
		{name: "a time is no OR", want: posts + "deleted_at < '2024-02-01 12:00:00' AND " + live, run: func(tx *gorm.DB) *gorm.DB {
			return tx.Where("deleted_at < ?", &handles.ReadMiddle).Find(&[]scopePost{})
		}},
		{name: "expression", want: posts + "(id = 1 OR id = 2) AND " + live, run: func(tx *gorm.DB) *gorm.DB {
			return tx.Where("id = ?", gorm.Expr("1 OR id = 2")).Find(&[]scopePost{})
		}},
		{name: "a subquery needs no parentheses", want: posts + "id IN (SELECT id FROM scope_authors WHERE scope_authors.is_deleted = false) AND " + live, run: func(tx *gorm.DB) *gorm.DB {
			sub := tx.Session(&gorm.Session{NewDB: true}).Model(&scopeAuthor{}).Select("id")
			return tx.Where("id IN (?)", sub).Find(&[]scopePost{})
		}},
		{name: "Joins", want: joined + " AND Author.is_deleted = false WHERE " + live, run: func(tx *gorm.DB) *gorm.DB {
			return tx.Joins("Author").Find(&[]scopePost{})
		}},
		{name: "WithTrashed and Joins", want: joined + " AND Author.is_deleted = false", run: func(tx *gorm.DB) *gorm.DB {
			return tx.Scopes(softdelete.WithTrashed).Joins("Author").Find(&[]scopePost{})
		}},
		{name: "WithTrashedIn and Joins", want: joined + " WHERE " + live, run: func(tx *gorm.DB) *gorm.DB {
			return tx.Scopes(softdelete.WithTrashedIn(&scopeAuthor{})).Joins("Author").Find(&[]scopePost{})
		}},
		{name: "OnlyTrashedIn and Joins", want: joined + " AND Author.is_deleted <> false WHERE " + live, run: func(tx *gorm.DB) *gorm.DB {
			return tx.Scopes(softdelete.OnlyTrashedIn(&scopeAuthor{})).Joins("Author").Find(&[]scopePost{})
		}},
		{name: "Unscoped and Joins", want: joined, run: func(tx *gorm.DB) *gorm.DB {
			return tx.Unscoped().Joins("Author").Find(&[]scopePost{})
		}},
		{name: "Table", want: "SELECT * FROM scope_posts AS p WHERE p.deleted_at IS NULL", run: func(tx *gorm.DB) *gorm.DB {
			return tx.Table("scope_posts AS p").Find(&[]scopePost{})
		}},
		{name: "Live with an alias", want: "SELECT count(*) FROM scope_posts JOIN scope_authors a ON a.id = author_id AND a.is_deleted = false WHERE " + live, run: func(tx *gorm.DB) *gorm.DB {
			var n int64
			return tx.Model(&scopePost{}).Joins("JOIN scope_authors a ON a.id = author_id AND ?", softdelete.Live(&scopeAuthor{}, "a")).Count(&n)
		}},
		{name: "Live without", want: "SELECT id FROM scope_plains WHERE scope_posts.deleted_at IS NULL", run: func(tx *gorm.DB) *gorm.DB {
			return tx.Select("id").Where(softdelete.Live(scopePost{}, "")).Find(&[]models.ScopePlain{})
		}},
		{name: "OnlyTrashed and Update", want: "UPDATE scope_posts SET title='x' WHERE id = 1 AND " + trashed, run: func(tx *gorm.DB) *gorm.DB {
			return tx.Model(&scopePost{}).Scopes(softdelete.OnlyTrashed).Where("id = 1").Update("title", "x")
		}},
		{name: "WithTrashed and Update", want: "UPDATE scope_posts SET title='x' WHERE id = 1", run: func(tx *gorm.DB) *gorm.DB {
			return tx.Model(&scopePost{}).Scopes(softdelete.WithTrashed).Where("id = 1").Update("title", "x")
		}},
		{name: "OR and Update", want: "UPDATE scope_posts SET title='x' WHERE (id = 1 OR id = 2) AND " + live, run: func(tx *gorm.DB) *gorm.DB {
			return tx.Model(&scopePost{}).Where("id = 1").Or("id = 2").Update("title", "x")
		}},
		{name: "Purge", want: "DELETE FROM scope_posts WHERE scope_posts.deleted_by = 'ana' AND " + trashed, run: func(tx *gorm.DB) *gorm.DB {
			return softdelete.Purge(tx.Scopes(softdelete.TrashedBy("ana")), &scopePost{})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := openScopes(t, open)
				unquote := strings.NewReplacer("`", "", `"`, "", "'", "") // Each database has quotes of its own.
				want := unquote.Replace(test.want)
				if test.timed && db.Name() == "sqlite" {
					// Times are text here: the column is brought to UTC, its fraction and zone apart.
					before, after, found := strings.Cut(want, "scope_posts.deleted_at ")
					require.True(t, found)
					want = before + withDays("scope_posts.deleted_at", after)
				}
				require.Equal(t, want, unquote.Replace(db.ToSQL(test.run)))
			})
		})
	}
}

// sqliteUTC is a time column of SQLite as it is compared, without quotes.
func sqliteUTC(column string) string {
	return strings.ReplaceAll("(strftime(%Y-%m-%d %H:%M:%S, {c}) || rtrim(rtrim(CASE WHEN substr({c}, -6, 1) IN (+, -)"+
		" THEN substr({c}, 20, length({c}) - 25) ELSE rtrim(substr({c}, 20), Z) END, 0 ), .))", "{c}", column)
}

// withDays is a comparison of a time column of SQLite, and what follows it: an index finds the days around, and the date tells of
// most rows.
func withDays(column, comparison string) string {
	operator, rest, _ := strings.Cut(comparison, " ")
	end := strings.Index(rest, " AND ")
	day, _ := time.Parse(time.DateOnly, rest[:len(time.DateOnly)])
	before, after := day.AddDate(0, 0, -2).Format(time.DateOnly), day.AddDate(0, 0, 3).Format(time.DateOnly)
	dash := " AND substr(" + column + ", 5, 1) = - AND ("
	around := column + " >= " + before + dash + column + " >= " + after
	if operator == "<" {
		around = column + " < " + after + dash + column + " < " + before
	}
	return around + " OR " + sqliteUTC(column) + " " + operator + " " + rest[:end] + ")" + rest[end:]
}

// TestScopesOnPlainModels says that no scope is ignored where it means nothing.
func TestScopesOnPlainModels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openScopes(t, open)
		require.NoError(t, db.Create(&models.ScopePlain{Name: "x"}).Error)
		for name, scope := range handles.AllScopes() {
			var n int64
			var names []string
			for path, err := range map[string]error{
				"Find":       db.Scopes(scope).Find(&[]models.ScopePlain{}).Error,
				"First":      db.Scopes(scope).First(&models.ScopePlain{}).Error,
				"Count":      db.Model(&models.ScopePlain{}).Scopes(scope).Count(&n).Error,
				"Pluck":      db.Model(&models.ScopePlain{}).Scopes(scope).Pluck("name", &names).Error,
				"Scan":       db.Model(&models.ScopePlain{}).Scopes(scope).Scan(&names).Error,
				"Row":        db.Model(&models.ScopePlain{}).Select("name").Scopes(scope).Row().Scan(new(string)),
				"Update":     db.Model(&models.ScopePlain{}).Scopes(scope).Where("1 = 1").Update("name", "y").Error,
				"Delete":     db.Scopes(scope).Where("1 = 1").Delete(&models.ScopePlain{}).Error,
				"Create":     db.Scopes(scope).Create(&models.ScopePlain{Name: "z"}).Error,
				"no model":   db.Table("scope_plains").Scopes(scope).Find(&[]map[string]any{}).Error,
				"raw SQL":    db.Raw("SELECT name FROM scope_plains").Scopes(scope).Scan(&names).Error,
				"called":     scope(db).Find(&[]models.ScopePlain{}).Error,
				"generic":    handles.Second(gorm.G[models.ScopePlain](db).Scopes(softdelete.StatementScope(scope)).Find(context.Background())),
				"subquery":   db.Where("id IN (?)", db.Model(&models.ScopePlain{}).Scopes(scope).Select("id")).Find(&[]scopePost{}).Error,
				"its update": db.Model(&scopePost{}).Where("id IN (?)", db.Model(&models.ScopePlain{}).Scopes(scope).Select("id")).Update("title", "x").Error,
			} {
				if path == "subquery" || path == "its update" {
					require.Error(t, err, "%s, %s", name, path)
				} else {
					require.ErrorIs(t, err, softdelete.ErrNotSoftDeletable, "%s, %s", name, path)
				}
			}
		}
		for _, in := range []func(...any) func(*gorm.DB) *gorm.DB{softdelete.WithTrashedIn, softdelete.OnlyTrashedIn} {
			require.ErrorIs(t, db.Scopes(in(&models.ScopePlain{})).Find(&[]scopePost{}).Error, softdelete.ErrNotSoftDeletable)
			require.ErrorIs(t, db.Scopes(in(&models.ScopePlain{})).Find(&[]models.ScopePlain{}).Error, softdelete.ErrNotSoftDeletable)
			require.ErrorIs(t, db.Scopes(in("posts")).Find(&[]scopePost{}).Error, gorm.ErrInvalidValue)
			require.ErrorIs(t, db.Scopes(in(nil)).Find(&[]scopePost{}).Error, gorm.ErrInvalidValue)
		}
		require.ErrorIs(t, db.Where(softdelete.Live(&models.ScopePlain{}, "")).Find(&[]scopePost{}).Error, softdelete.ErrNotSoftDeletable)
		require.ErrorIs(t, db.Joins("JOIN scope_plains ON ?", softdelete.Live(&models.ScopePlain{}, "")).Find(&[]scopePost{}).Error, softdelete.ErrNotSoftDeletable)
		var names []string
		require.NoError(t, db.Model(&models.ScopePlain{}).Pluck("name", &names).Error)
		require.Equal(t, []string{"x"}, names)
	})
}

// TestErrorInSubquery says that a statement does not run without the filter that its subquery could not have.
func TestErrorInSubquery(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openScopes(t, open)
		require.NoError(t, db.Create(&[]scopePost{{Title: "a"}, {Title: "b"}}).Error)
		wrong := func() *gorm.DB { return db.Model(&scopeAuthor{}).Scopes(softdelete.TrashedBy("ana")).Select("id") }
		const condition = "id NOT IN (?)"
		require.Error(t, db.Where(condition, wrong()).Find(&[]scopePost{}).Error)
		require.Error(t, db.Where(condition, wrong()).Delete(&scopePost{}).Error)
		require.Error(t, db.Unscoped().Where(condition, wrong()).Delete(&scopePost{}).Error)
		require.Error(t, db.Model(&scopePost{}).Where(condition, wrong()).Update("title", "x").Error)
		require.Error(t, softdelete.ForceDelete(db.Where(condition, wrong()), &scopePost{}).Error)
		require.Error(t, db.Where(clause.Expr{SQL: "NOT EXISTS (?)", Vars: []any{wrong()}}).Delete(&scopePost{}).Error)
		var titles []string
		require.NoError(t, db.Model(&scopePost{}).Order("id").Pluck("title", &titles).Error)
		require.Equal(t, []string{"a", "b"}, titles)
	})
}

// TestScopesAreNoConditions says where GORM's guard against statements without conditions stands.
func TestScopesAreNoConditions(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openScopes(t, open)
		update := func(tx *gorm.DB) error { return tx.Model(&scopePost{}).Update("title", "x").Error }
		remove := func(tx *gorm.DB) error { return tx.Delete(&scopePost{}).Error }
		verbs := map[string]func(*gorm.DB) error{
			"Update": update, "Delete": remove,
			"Restore":     func(tx *gorm.DB) error { return softdelete.Restore(tx, &scopePost{}).Error },
			"Purge":       func(tx *gorm.DB) error { return softdelete.Purge(tx, &scopePost{}).Error },
			"ForceDelete": func(tx *gorm.DB) error { return softdelete.ForceDelete(tx, &scopePost{}).Error },
		}
		for name, run := range verbs {
			for _, scope := range []string{"WithTrashed", "OnlyTrashed", "WithoutTrashed"} {
				require.ErrorIs(t, run(db.Scopes(handles.AllScopes()[scope])), gorm.ErrMissingWhereClause, "%s, %s", name, scope)
				require.NoError(t, run(db.Scopes(handles.AllScopes()[scope]).Where("title = ?", "a")), "%s, %s, a condition", name, scope)
			}
			require.ErrorIs(t, run(db), gorm.ErrMissingWhereClause, name)
			require.ErrorIs(t, run(db.Scopes(softdelete.OnlyTrashedIn(&scopePost{}))), gorm.ErrMissingWhereClause, name)
			for _, scope := range []string{"TrashedBefore", "TrashedAfter", "TrashedWithin", "TrashedBy"} {
				require.NoError(t, run(db.Scopes(handles.AllScopes()[scope])), "%s, %s", name, scope)
				require.ErrorIs(t, run(db.Scopes(handles.AllScopes()[scope], softdelete.WithoutTrashed)), gorm.ErrMissingWhereClause, "%s, %s", name, scope)
			}
		}
	})
}
