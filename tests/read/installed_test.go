package read_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestNotInstalled says that without the plugin nothing works on a model with a Flag, and no scope on any model.
func TestNotInstalled(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		require.NoError(t, openScopes(t, open).Create(&scopeAuthor{ID: 1, Name: "a"}).Error)
		db := open(t)
		require.NoError(t, db.Exec("INSERT INTO scope_posts (title, author_id) VALUES ('p', 1)").Error)
		var n int64
		var names []string
		found := scopeAuthor{ID: 1}
		ctx := context.Background()
		model := func() *gorm.DB { return db.Model(&scopeAuthor{}) }
		for name, err := range map[string]error{
			"First": db.First(&scopeAuthor{}).Error, "Take": db.Take(&scopeAuthor{}).Error, "Last": db.Last(&scopeAuthor{}).Error,
			"Find": db.Find(&[]scopeAuthor{}).Error, "Count": model().Count(&n).Error, "Pluck": model().Pluck("name", &names).Error,
			"Scan": model().Scan(&names).Error, "Rows": handles.Second(scanNames(model().Rows())), "Where, Or": db.Where("id = 1").Or("id = 2").Find(&[]scopeAuthor{}).Error,
			"Unscoped": db.Unscoped().Find(&[]scopeAuthor{}).Error, "Table": db.Table("scope_authors AS a").Find(&[]scopeAuthor{}).Error,
			"FindInBatches": db.FindInBatches(&[]scopeAuthor{}, 1, func(*gorm.DB, int) error { return nil }).Error,
			"FirstOrInit":   db.FirstOrInit(&scopeAuthor{}).Error, "FirstOrCreate": db.FirstOrCreate(&scopeAuthor{Name: "b"}).Error,
			"Preload": db.Preload("Author").Find(&[]scopePost{}).Error,
			"Create":  db.Create(&scopeAuthor{Name: "b"}).Error, "Save": db.Save(&scopeAuthor{ID: 1, Name: "b"}).Error,
			"Save of a new one": db.Save(&scopeAuthor{Name: "b"}).Error, "CreateInBatches": db.CreateInBatches([]scopeAuthor{{Name: "b"}}, 1).Error,
			"Update": model().Where("id = 1").Update("name", "b").Error, "Updates": db.Updates(&scopeAuthor{ID: 1, Name: "b"}).Error,
			"UpdateColumn": model().Where("id = 1").UpdateColumn("name", "b").Error, "Delete": db.Delete(&found).Error,
			"Delete by key": db.Delete(&scopeAuthor{}, 1).Error, "Delete with conditions": db.Where("1 = 1").Delete(&scopeAuthor{}).Error,
			"Delete for good": db.Unscoped().Delete(&scopeAuthor{}, 1).Error,
			"G.First":         handles.Second(gorm.G[scopeAuthor](db).First(ctx)), "G.Find": handles.Second(gorm.G[scopeAuthor](db).Find(ctx)),
			"G.Delete": handles.Second(gorm.G[scopeAuthor](db).Where("1 = 1").Delete(ctx)),
			"G.Update": handles.Second(gorm.G[scopeAuthor](db).Where("1 = 1").Update(ctx, "name", "b")),
			"Restore":  softdelete.Restore(db, &scopeAuthor{}, 1).Error, "Purge": softdelete.Purge(db, &scopeAuthor{}, 1).Error,
			"ForceDelete": softdelete.ForceDelete(db, &scopeAuthor{}, 1).Error, "Of": handles.Second(softdelete.Of[scopeAuthor](db).Find(ctx)),
			"Enabled": handles.Second(softdelete.Enabled(db, &scopeAuthor{})), "IsTrashed": handles.Second(softdelete.IsTrashed(db, &scopeAuthor{})),
			"Live": db.Where(softdelete.Live(&scopePost{}, "")).Find(&[]models.ScopePlain{}).Error,
		} {
			require.ErrorIs(t, err, softdelete.ErrNotInstalled, name)
		}
		require.Error(t, db.Joins("Author").Find(&[]scopePost{}).Error, "Joins")
		require.Error(t, db.Where("id IN (?)", model().Select("id")).Find(&[]models.ScopePlain{}).Error, "subquery")
		require.Nil(t, model().Row(), "as GORM's Row after an error")
		for name, scope := range handles.AllScopes() {
			require.ErrorIs(t, db.Scopes(scope).Find(&[]models.ScopePlain{}).Error, softdelete.ErrNotInstalled, name)
			require.ErrorIs(t, scope(db).Find(&[]scopePost{}).Error, softdelete.ErrNotInstalled, name)
			require.ErrorIs(t, db.Scopes(scope).Where("1 = 1").Delete(&scopePost{}).Error, softdelete.ErrNotInstalled, name)
		}
		require.NoError(t, db.Table("scope_authors").Pluck("name", &names).Error)
		require.Equal(t, []string{"a"}, names, "nothing is written")
		require.NoError(t, db.Table("scope_posts").Where("deleted_at IS NULL").Pluck("title", &names).Error)
		require.Equal(t, []string{"p"}, names, "nothing is deleted")
	})
}

type wrongLookAlike struct {
	ID        uint
	DeletedAt *time.Time
}

type wrongTag struct {
	ID   uint
	Gone gorm.DeletedAt
	Who  string `softdelete:"who"`
}

type wrongColumn struct {
	ID    uint
	IsDel soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:Nowhere"`
}

type wrongTwoTags struct {
	ID   uint
	Gone gorm.DeletedAt
	A, B string `softdelete:"by"`
}

type wrongNoMarker struct {
	ID  uint
	Who string `softdelete:"by"`
}

type wrongBy struct {
	ID   uint
	Gone gorm.DeletedAt
	Who  []byte `softdelete:"by"`
}

type wrongID struct {
	ID   uint
	Gone gorm.DeletedAt
	Op   int `softdelete:"deletionID"`
}

// ownUUID may be kept in another form than the library writes.
type ownUUID struct{ uuid.NullUUID }

type wrongOwnID struct {
	ID   uint
	Gone gorm.DeletedAt
	Op   ownUUID `gorm:"type:text" softdelete:"deletionID"`
}

type wrongAt struct {
	ID   uint
	Gone gorm.DeletedAt
	At   time.Time `softdelete:"at"`
}

type wrongAtType struct {
	ID      uint
	Removed softdelete.Flag
	At      string `softdelete:"at"`
}

type wrongTwoTimes struct {
	ID    uint
	At    time.Time `softdelete:"at"`
	Other time.Time
	IsDel soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:Other"`
}

type wrongTimeOfTime struct {
	ID   uint
	Gone soft_delete.DeletedAt `gorm:"softDelete:milli,DeletedAtField:Gone"`
}

type wrongIgnored struct {
	ID   uint
	Gone gorm.DeletedAt
	Who  string `gorm:"-" softdelete:"by"`
}

type wrongKinds struct {
	ID   uint
	Slug string `softdelete:"unique:slugs"`
	Lang string `softdelete:"index:slugs"`
	Gone gorm.DeletedAt
}

type wrongAgain struct {
	ID   uint
	Slug string `softdelete:"unique:slugs,unique:slugs"`
	Gone gorm.DeletedAt
}

type wrongSameName struct {
	ID   uint
	Slug string `softdelete:"unique,index"`
	Gone gorm.DeletedAt
}

type wrongMarked struct {
	ID   uint
	Slug string         `softdelete:"unique:slugs"`
	Gone gorm.DeletedAt `softdelete:"unique:slugs"`
}

type wrongTaken struct {
	ID   uint
	Slug string `softdelete:"unique:slugs"`
	Lang string `gorm:"index:slugs"`
	Gone gorm.DeletedAt
}

type wrongTwoNames struct {
	ID   uint
	Slug string `gorm:"size:191;uniqueIndex:slugs" softdelete:"unique"`
	Gone gorm.DeletedAt
}

type wrongNamed struct {
	ID   uint
	Gone gorm.DeletedAt
	Who  string `softdelete:"by:name"`
}

// TestWrongModels says that a wrong definition is an error at start-up, or else at every statement.
func TestWrongModels(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		model any
		field string // empty: no marker
		says  string
	}{
		"look-alike":   {&wrongLookAlike{}, "", "make it a gorm.DeletedAt"},
		"unknown tag":  {&wrongTag{}, "Who", `"who"`},
		"no column":    {&wrongColumn{}, "IsDel", "Nowhere"},
		"two markers":  {&models.WrongTwice{}, "Removed", "second marker"},
		"two tags":     {&wrongTwoTags{}, "B", "already"},
		"tag alone":    {&wrongNoMarker{}, "Who", "no marker"},
		"wrong reason": {&models.WrongReason{}, "Why", "string"},
		"wrong by":     {&wrongBy{}, "Who", "text, an integer"},
		"wrong id":     {&wrongID{}, "Op", "uuid.UUID"},
		"own id":       {&wrongOwnID{}, "Op", "uuid.UUID"},
		"time of time": {&wrongAt{}, "At", "is for a model with a flag"},
		"wrong time":   {&wrongAtType{}, "At", "needs a time"},
		"two times":    {&wrongTwoTimes{}, "Other", "already"},
		"its own time": {&wrongTimeOfTime{}, "Gone", "names the marker itself"},
		"ignored":      {&wrongIgnored{}, "Who", "needs a column"},
		"unmarked":     {&models.WrongUnmarked{}, "Slug", "no marker"},
		"two kinds":    {&wrongKinds{}, "Lang", "there is an index slugs already"},
		"twice":        {&wrongAgain{}, "Slug", "is in the index slugs already"},
		"one name":     {&wrongSameName{}, "Slug", "already"},
		"marked":       {&wrongMarked{}, "Gone", "in each index of live rows already"},
		"taken name":   {&wrongTaken{}, "Slug", "by a gorm tag"},
		"two names":    {&wrongTwoNames{}, "Slug", "unique index slugs is of all rows"},
		"named":        {&wrongNamed{}, "Who", "unknown tag"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := testdb.Open(t, "sqlite").Use(softdelete.New(softdelete.Config{Models: []any{test.model}}))
			require.ErrorContains(t, err, test.says)
			db := testdb.Open(t, "sqlite")
			require.NoError(t, db.Use(softdelete.New()))
			if test.field == "" {
				require.ErrorIs(t, err, softdelete.ErrNotSoftDeletable)
				enabled, err := softdelete.Enabled(db, test.model)
				require.NoError(t, err)
				require.False(t, enabled)
				return
			}
			var wrong *softdelete.ModelError
			require.ErrorAs(t, err, &wrong)
			require.ErrorIs(t, err, gorm.ErrInvalidField)
			require.Equal(t, test.field, wrong.Field)
			require.NoError(t, db.AutoMigrate(test.model))
			for range 2 {
				for _, err := range []error{
					db.Find(tables.NewLike(test.model)).Error, db.Create(tables.NewLike(test.model)).Error,
					db.Model(test.model).Where("1 = 1").Update("id", 9).Error,
					db.Where("1 = 1").Delete(test.model).Error, db.Model(test.model).Count(new(int64)).Error,
					handles.Second(softdelete.Enabled(db, test.model)),
				} {
					require.ErrorAs(t, err, &wrong)
				}
			}
		})
	}
}

// TestEnabledAndIsTrashed runs on every kind of model.
func TestEnabledAndIsTrashed(t *testing.T) {
	t.Parallel()
	for _, kind := range readKinds() {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				w := newReadWorld(t, kind, open)
				for _, letter := range []byte("pocdtkl") {
					enabled, err := softdelete.Enabled(w.db, kind.one(letter))
					require.NoError(t, err)
					require.True(t, enabled)
				}
				for name, want := range map[string]bool{"p1": false, "p3-": true, "p4=": true, "p7-": true} {
					row := kind.one('p')
					trashed, err := softdelete.IsTrashed(w.db, row)
					require.NoError(t, err)
					require.False(t, trashed, "a new one")
					require.NoError(t, w.db.Unscoped().First(row, readID(name)).Error)
					trashed, err = softdelete.IsTrashed(w.db, row)
					require.NoError(t, err)
					require.Equal(t, want, trashed, name)
				}
			})
		})
	}
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New()))
	require.ErrorIs(t, handles.Second(softdelete.IsTrashed(db, &models.ScopePlain{})), softdelete.ErrNotSoftDeletable)
	for _, wrong := range []any{nil, (*scopePost)(nil), []scopePost{}, "x", 1} {
		require.ErrorIs(t, handles.Second(softdelete.IsTrashed(db, wrong)), gorm.ErrInvalidValue)
	}
	require.ErrorIs(t, handles.Second(softdelete.Enabled(db, nil)), gorm.ErrInvalidValue)
	require.ErrorIs(t, handles.Second(softdelete.Enabled(db, 1)), gorm.ErrInvalidValue)
}

// TestFirstUseAtOnce lets goroutines meet models that no handle has seen before.
func TestFirstUseAtOnce(t *testing.T) {
	t.Parallel()
	var count readCount
	for _, kind := range readKinds()[:5] {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				newReadWorld(t, kind, open)
				config := testdb.Config()
				config.NamingStrategy = readNamer{}
				db := open(t, config)
				require.NoError(t, db.Use(softdelete.New()))
				var paths []readPath
				for _, path := range relationReadPaths() {
					switch path.name {
					case "Joins of a belongs-to", "InnerJoins of a has-one", "nested Joins", "Preload of a has-many", "Preload of posts",
						"nested Preload", "nested Preload of the same model", "Joins on Where, Or":
						paths = append(paths, path)
					}
				}
				require.Len(t, paths, 8)
				paths = append(paths, conditionReadPaths()...)
				var wait sync.WaitGroup
				for i := range 16 {
					wait.Go(func() {
						for j := range 8 {
							q := &readQuery{readWorld: &readWorld{kind: kind, db: db}, view: readViews()[0], base: db}
							count.check(t, q, paths[(i+j)%len(paths)], ", at once")
						}
					})
				}
				wait.Wait()
			})
		})
	}
}
