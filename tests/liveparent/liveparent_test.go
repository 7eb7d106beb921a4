package liveparent_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// A library: books of an author and on a shelf, and loans, which have no marker.
type (
	liveAuthor struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Name  string
		Books []liveBook `gorm:"foreignKey:AuthorID"`
		softdelete.Tracked
	}
	liveShelf struct {
		ID    uint       `gorm:"primaryKey;autoIncrement:false"`
		Books []liveBook `gorm:"foreignKey:ShelfID"`
		softdelete.Flagged
	}
	liveBook struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		Title    string
		Code     *string `gorm:"size:191;uniqueIndex"`
		AuthorID *uint
		Author   *liveAuthor `softdelete:"liveParent"`
		ShelfID  uint
		Shelf    *liveShelf `softdelete:"none,liveParent"`
		Loans    []liveLoan `gorm:"foreignKey:BookID"`
		softdelete.Tracked
	}
	liveLoan struct {
		ID     uint `gorm:"primaryKey;autoIncrement:false"`
		Who    string
		BookID uint
		Book   liveBook `softdelete:"liveParent"`
	}
)

// openLibrary makes authors and shelves 1 and 2, of which 2 is trashed, and book 1 of author 1.
func openLibrary(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := withoutForeignKeys(t, open, &liveAuthor{}, &liveShelf{}, &liveBook{}, &liveLoan{})
	require.NoError(t, db.Create(&[]liveAuthor{{ID: 1}, {ID: 2}}).Error)
	require.NoError(t, db.Create(&[]liveShelf{{ID: 1}, {ID: 2}}).Error)
	require.NoError(t, db.Create(&liveBook{ID: 1, Title: "one", AuthorID: tables.Ptr[uint](1)}).Error)
	require.NoError(t, db.Delete(&liveAuthor{}, 2).Error)
	require.NoError(t, db.Delete(&liveShelf{}, 2).Error)
	return db
}

// withoutForeignKeys is withPlugin on a database that does not look after foreign keys.
func withoutForeignKeys(t *testing.T, open testdb.Opener, models ...any) *gorm.DB {
	t.Helper()
	config := testdb.Config()
	config.DisableForeignKeyConstraintWhenMigrating = true
	db := open(t, config)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models[:1]})))
	require.NoError(t, db.AutoMigrate(models...))
	return db
}

var libraryTables = []string{"live_authors", "live_shelves", "live_books", "live_loans"}

func libraryOf(t *testing.T, db *gorm.DB) map[string][]map[string]any {
	t.Helper()
	rows := map[string][]map[string]any{}
	for _, table := range libraryTables {
		rows[table] = tables.Stored(t, db, table, "id")
	}
	return rows
}

// inEachTransaction runs fn with GORM's default transaction, without it, and in a transaction of the caller's, which then
// has to be usable.
func inEachTransaction(t *testing.T, db *gorm.DB, fn func(t *testing.T, how string, db *gorm.DB)) {
	t.Helper()
	fn(t, "default", db)
	fn(t, "none", db.Session(&gorm.Session{SkipDefaultTransaction: true}))
	tx := db.Begin()
	require.NoError(t, tx.Error)
	fn(t, "the caller's", tx)
	require.NoError(t, tx.Exec("SELECT 1").Error, "the transaction goes on")
	require.NoError(t, tx.Commit().Error)
}

func TestLiveParentRefuses(t *testing.T) {
	t.Parallel()
	two := tables.Ptr[uint](2)
	trashed := func() *liveBook { return &liveBook{ID: 9, Title: "new", AuthorID: two} }
	book := func(db *gorm.DB) *gorm.DB { return db.Model(&liveBook{ID: 1}) }
	ways := map[string]func(db *gorm.DB) error{
		"Create":           func(db *gorm.DB) error { return db.Create(trashed()).Error },
		"Create, flag":     func(db *gorm.DB) error { return db.Create(&liveBook{ID: 9, ShelfID: 2}).Error },
		"Create, slice":    func(db *gorm.DB) error { return db.Create(&[]liveBook{{ID: 8}, *trashed()}).Error },
		"Create, pointers": func(db *gorm.DB) error { return db.Create([]*liveBook{{ID: 8}, trashed()}).Error },
		"Create, array":    func(db *gorm.DB) error { return db.Create(&[2]liveBook{{ID: 8}, *trashed()}).Error },
		"Create, map": func(db *gorm.DB) error {
			return db.Model(&liveBook{}).Create(map[string]any{"id": 9, "author_id": 2}).Error
		},
		"Create, field names": func(db *gorm.DB) error {
			return db.Model(&liveBook{}).Create(map[string]any{"ID": 9, "AuthorID": 2}).Error
		},
		"Create, maps": func(db *gorm.DB) error {
			return db.Model(&liveBook{}).Create([]map[string]any{{"id": 8}, {"id": 9, "author_id": sql.NullInt64{Int64: 2, Valid: true}}}).Error
		},
		"Create, embedded parent": func(db *gorm.DB) error {
			return db.Create(&liveBook{ID: 9, Author: &liveAuthor{ID: 2, Name: "x"}}).Error
		},
		"Create, FullSaveAssociations": func(db *gorm.DB) error {
			return db.Session(&gorm.Session{FullSaveAssociations: true}).Create(&liveBook{ID: 9, Author: &liveAuthor{ID: 2, Name: "x"}}).Error
		},
		"CreateInBatches": func(db *gorm.DB) error { return db.CreateInBatches(&[]liveBook{{ID: 8}, *trashed()}, 2).Error },
		"FirstOrCreate": func(db *gorm.DB) error {
			return db.Where("id = 9").Attrs(liveBook{AuthorID: two}).FirstOrCreate(&liveBook{ID: 9}).Error
		},
		"FirstOrCreate, Assign": func(db *gorm.DB) error {
			return db.Where("id = 1").Assign(liveBook{AuthorID: two}).FirstOrCreate(&liveBook{}).Error
		},
		"G.Create":  func(db *gorm.DB) error { return gorm.G[liveBook](db).Create(t.Context(), trashed()) },
		"DoNothing": func(db *gorm.DB) error { return db.Clauses(clause.OnConflict{DoNothing: true}).Create(trashed()).Error },
		"UpdateAll": func(db *gorm.DB) error { return db.Clauses(handles.OnConflict()).Create(trashed()).Error },
		"UpdateAll, update": func(db *gorm.DB) error {
			return db.Clauses(handles.OnConflict("id")).Create(&liveBook{ID: 1, AuthorID: two}).Error
		},
		"DoUpdates of the key": func(db *gorm.DB) error {
			return db.Clauses(handles.Assigning(handles.OnConflict("id"), "author_id")).Create(&[]liveBook{{ID: 1, AuthorID: two}, {ID: 8}}).Error
		},
		"DoUpdates, a value": func(db *gorm.DB) error {
			conflict := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.Assignments(map[string]any{"author_id": 2})}
			return db.Clauses(conflict).Create(&liveBook{ID: 1}).Error
		},
		"DoUpdates, an expression": func(db *gorm.DB) error {
			conflict := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.Assignments(map[string]any{"author_id": gorm.Expr("1 + 1")})}
			return db.Clauses(conflict).Create(&liveBook{ID: 1}).Error
		},
		"Save, new":          func(db *gorm.DB) error { return db.Save(trashed()).Error },
		"Save":               func(db *gorm.DB) error { return db.Save(&liveBook{ID: 1, AuthorID: two}).Error },
		"Save, slice":        func(db *gorm.DB) error { return db.Save(&[]liveBook{{ID: 1, AuthorID: two}}).Error },
		"Update":             func(db *gorm.DB) error { return book(db).Update("author_id", 2).Error },
		"Update, field name": func(db *gorm.DB) error { return book(db).Update("AuthorID", two).Error },
		"Update, conditions": func(db *gorm.DB) error {
			return db.Model(&liveBook{}).Where("title = ?", "one").Update("author_id", 2).Error
		},
		"Update, everything": func(db *gorm.DB) error { return db.Model(&liveBook{}).Where("1 = 1").Update("shelf_id", 2).Error },
		"Updates, struct":    func(db *gorm.DB) error { return book(db).Updates(liveBook{Title: "new", AuthorID: two}).Error },
		"Updates, map":       func(db *gorm.DB) error { return book(db).Updates(map[string]any{"title": "new", "author_id": 2}).Error },
		"Updates, itself":    func(db *gorm.DB) error { return db.Updates(&liveBook{ID: 1, AuthorID: two}).Error },
		"UpdateColumn":       func(db *gorm.DB) error { return book(db).UpdateColumn("author_id", 2).Error },
		"UpdateColumns":      func(db *gorm.DB) error { return book(db).UpdateColumns(liveBook{AuthorID: two}).Error },
		"Select":             func(db *gorm.DB) error { return book(db).Select("author_id").Updates(liveBook{AuthorID: two}).Error },
		"Select *":           func(db *gorm.DB) error { return book(db).Select("*").Omit("id").Updates(liveBook{AuthorID: two}).Error },
		"Unscoped":           func(db *gorm.DB) error { return book(db.Unscoped()).Update("author_id", 2).Error },
		"WithTrashed":        func(db *gorm.DB) error { return book(db.Scopes(softdelete.WithTrashed)).Update("author_id", 2).Error },
		"Returning":          func(db *gorm.DB) error { return book(db).Clauses(clause.Returning{}).Update("author_id", 2).Error },
		"G.Update": func(db *gorm.DB) error {
			return handles.Second(gorm.G[liveBook](db).Where("id = 1").Update(t.Context(), "author_id", 2))
		},
		"has-many of trashed": func(db *gorm.DB) error {
			return db.Model(&liveAuthor{ID: 2}).Association("Books").Append(&liveBook{ID: 9})
		},
		"has-many, existing": func(db *gorm.DB) error {
			return db.Model(&liveAuthor{ID: 2}).Association("Books").Append(&liveBook{ID: 1})
		},
		"has-many, replaced": func(db *gorm.DB) error {
			return db.Model(&liveAuthor{ID: 2}).Association("Books").Replace(&liveBook{ID: 1})
		},
		"has-many, new": func(db *gorm.DB) error {
			return db.Model(&liveAuthor{ID: 1}).Association("Books").Append(&liveBook{ID: 9, ShelfID: 2})
		},
		"belongs-to, replaced": func(db *gorm.DB) error { return book(db).Association("Author").Replace(&liveAuthor{ID: 2}) },
		"belongs-to, appended": func(db *gorm.DB) error { return book(db).Association("Author").Append(&liveAuthor{ID: 2}) },
		"saved along": func(db *gorm.DB) error {
			return db.Create(&liveAuthor{ID: 5, Books: []liveBook{{ID: 8}, {ID: 9, ShelfID: 2}}}).Error
		},
		"saved along an update": func(db *gorm.DB) error {
			return db.Save(&liveAuthor{ID: 1, Name: "new", Books: []liveBook{{ID: 9, ShelfID: 2}}}).Error
		},
		"saved along, deep": func(db *gorm.DB) error {
			return db.Create(&liveLoan{ID: 5, Book: liveBook{ID: 9, Author: &liveAuthor{ID: 6}, ShelfID: 2}}).Error
		},
		"of a plain child": func(db *gorm.DB) error {
			return db.Create(&liveLoan{ID: 5, Book: liveBook{ID: 3, Title: "trashed"}}).Error
		},
	}
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openLibrary(t, open)
		require.NoError(t, db.Create(&liveBook{ID: 3}).Error)
		require.NoError(t, db.Delete(&liveBook{ID: 3}).Error)
		before := libraryOf(t, db)
		inEachTransaction(t, db, func(t *testing.T, how string, db *gorm.DB) {
			for name, way := range ways {
				err := way(db)
				require.ErrorIs(t, err, softdelete.ErrParentTrashed, "%s, transaction: %s", name, how)
				require.Regexp(t, "^softdelete: the parent row is trashed: model live(Book|Loan): ", err.Error(), name)
				require.Equal(t, before, libraryOf(t, db), "%s, transaction: %s", name, how)
			}
		})
		require.Equal(t, before, libraryOf(t, db))
	})
}

func TestLiveParentAllows(t *testing.T) {
	t.Parallel()
	one, two := tables.Ptr[uint](1), tables.Ptr[uint](2)
	book := func(db *gorm.DB) *gorm.DB { return db.Model(&liveBook{ID: 1}) }
	ways := map[string]func(db *gorm.DB) error{
		"no key":          func(db *gorm.DB) error { return db.Create(&liveBook{ID: 8}).Error },
		"a zero key":      func(db *gorm.DB) error { return db.Create(&liveBook{ID: 8, AuthorID: tables.Ptr[uint](0)}).Error },
		"a zero key, map": func(db *gorm.DB) error { return book(db).Update("shelf_id", 0).Error },
		"live":            func(db *gorm.DB) error { return db.Create(&liveBook{ID: 8, AuthorID: one, ShelfID: 1}).Error },
		"missing":         func(db *gorm.DB) error { return book(db).Update("shelf_id", 77).Error },
		"NULL":            func(db *gorm.DB) error { return book(db).Update("author_id", nil).Error },
		"the word NULL":   func(db *gorm.DB) error { return book(db).Update("author_id", gorm.Expr("NULL")).Error },
		"no valid one":    func(db *gorm.DB) error { return book(db).Update("author_id", sql.NullInt64{Int64: 2}).Error },
		"map without": func(db *gorm.DB) error {
			return db.Model(&liveBook{}).Create(map[string]any{"id": 8, "shelf_id": 0}).Error
		},
		"left out": func(db *gorm.DB) error { return db.Omit("author_id").Create(&liveBook{ID: 8, AuthorID: two}).Error },
		"not selected": func(db *gorm.DB) error {
			return db.Select("id", "shelf_id").Create(&liveBook{ID: 8, AuthorID: two}).Error
		},
		"update of another": func(db *gorm.DB) error { return book(db).Update("title", "new").Error },
		"update, omitted": func(db *gorm.DB) error {
			return book(db).Omit("author_id").Updates(liveBook{Title: "new", AuthorID: two}).Error
		},
		"no row":        func(db *gorm.DB) error { return db.Model(&liveBook{}).Where("id = 77").Update("author_id", 2).Error },
		"a trashed row": func(db *gorm.DB) error { return db.Model(&liveBook{ID: 3}).Update("author_id", 2).Error },
		"no row, returning": func(db *gorm.DB) error {
			return db.Model(&liveBook{ID: 77}).Clauses(clause.Returning{}).Update("author_id", 2).Error
		},
		"trashed rows": func(db *gorm.DB) error {
			return db.Model(&liveBook{ID: 3}).Scopes(softdelete.OnlyTrashed).Update("author_id", 2).Error
		},
		"created in the trash": func(db *gorm.DB) error {
			return db.Create(&liveBook{ID: 8, AuthorID: two, Tracked: theTrashed()}).Error
		},
		"has-many, cleared":   func(db *gorm.DB) error { return db.Model(&liveAuthor{ID: 1}).Association("Books").Clear() },
		"belongs-to, cleared": func(db *gorm.DB) error { return book(db).Association("Author").Clear() },
		"has-many, deleted": func(db *gorm.DB) error {
			return db.Model(&liveAuthor{ID: 1}).Association("Books").Delete(&liveBook{ID: 1})
		},
		"appended": func(db *gorm.DB) error {
			return db.Model(&liveAuthor{ID: 1}).Association("Books").Append(&liveBook{ID: 8})
		},
		"a new parent": func(db *gorm.DB) error { return db.Create(&liveBook{ID: 8, Author: &liveAuthor{ID: 7}}).Error },
		"new children": func(db *gorm.DB) error { return db.Create(&liveAuthor{ID: 7, Books: []liveBook{{ID: 8}}}).Error },
		"DoNothing, existing": func(db *gorm.DB) error {
			return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&liveBook{ID: 1, AuthorID: two}).Error
		},
		"DoUpdates of another": func(db *gorm.DB) error {
			return db.Clauses(handles.Assigning(handles.OnConflict("id"), "title")).Create(&[]liveBook{{ID: 1, AuthorID: two}, {ID: 8}}).Error
		},
		"existing, belongs-to": func(db *gorm.DB) error {
			return db.Create(&liveLoan{ID: 8, Book: liveBook{ID: 1, AuthorID: two}}).Error
		},
		"existing, has-many": func(db *gorm.DB) error {
			return db.Model(&liveShelf{ID: 1}).Association("Books").Append(&liveBook{ID: 1, AuthorID: two})
		},
		"trashed, has-many": func(db *gorm.DB) error {
			return db.Save(&liveAuthor{ID: 1, Books: []liveBook{{ID: 3, ShelfID: 2}}}).Error
		},
		"DoUpdates, expression": func(db *gorm.DB) error {
			conflict := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.Assignments(map[string]any{"author_id": gorm.Expr("2 - 1")})}
			return db.Clauses(conflict).Create(&[]liveBook{{ID: 1}, {ID: 8}}).Error
		},
	}
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openLibrary(t, open)
		require.NoError(t, db.Create(&liveBook{ID: 3, AuthorID: one}).Error)
		require.NoError(t, db.Delete(&liveBook{ID: 3}).Error)
		for name, way := range ways {
			for how, skip := range map[string]bool{"default": false, "none": true} {
				tx := db.Begin()
				require.NoError(t, way(tx.Session(&gorm.Session{SkipDefaultTransaction: skip})), "%s, transaction: %s", name, how)
				require.NoError(t, tx.Rollback().Error)
			}
			require.NoError(t, way(db), name)
			require.NoError(t, db.Exec("DELETE FROM live_loans").Error)
			require.NoError(t, db.Exec("DELETE FROM live_books WHERE id NOT IN (1, 3)").Error)
			require.NoError(t, db.Exec("DELETE FROM live_authors WHERE id > 2").Error)
			require.NoError(t, db.Exec("UPDATE live_books SET author_id = 1, shelf_id = 0").Error)
		}
	})
}

func theTrashed() softdelete.Tracked {
	return softdelete.Tracked{DeletedAt: gorm.DeletedAt{Time: models.Past(), Valid: true}}
}

func TestLiveParentOfExpressions(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openLibrary(t, open)
		before := libraryOf(t, db)
		authors := func() *gorm.DB { return db.Model(&liveAuthor{}).Select("id").Where("id = 1") }
		for name, err := range map[string]error{
			"Update":        db.Model(&liveBook{ID: 1}).Update("author_id", gorm.Expr("1")).Error,
			"subquery":      db.Model(&liveBook{ID: 1}).Update("author_id", authors()).Error,
			"Updates":       db.Model(&liveBook{ID: 1}).Updates(map[string]any{"title": "new", "author_id": authors()}).Error,
			"Create":        db.Model(&liveBook{}).Create(map[string]any{"id": 9, "author_id": gorm.Expr("1")}).Error,
			"no column":     db.Clauses(clause.OnConflict{DoUpdates: clause.Assignments(map[string]any{"author_id": 1})}).Create(&liveBook{ID: 1}).Error,
			"other column":  db.Model(&liveBook{ID: 1}).Update("author_id", clause.Column{Name: "id"}).Error,
			"named":         db.Model(&liveBook{ID: 1}).Update("author_id", sql.Named("x", 1)).Error,
			"a list":        db.Model(&liveBook{ID: 1}).Update("author_id", []int{1}).Error,
			"interfaces":    db.Model(&liveBook{ID: 1}).Update("author_id", []any{1}).Error,
			"in a SET":      db.Model(&liveBook{ID: 1}).Clauses(clause.Set{{Column: clause.Column{Name: "author_id"}, Value: gorm.Expr("1")}}).Updates(nil).Error,
			"in upper case": db.Model(&liveBook{ID: 1}).Update("AUTHOR_ID", gorm.Expr("1")).Error,
		} {
			require.Error(t, err, name)
			require.NotErrorIs(t, err, softdelete.ErrParentTrashed, name)
			if name != "in a SET" {
				require.ErrorIs(t, err, gorm.ErrInvalidData, name)
				require.ErrorContains(t, err, "liveBook: ", name)
				require.ErrorContains(t, err, "Author is tagged liveParent", name)
			}
		}
		require.Equal(t, before, libraryOf(t, db))
	})
}
