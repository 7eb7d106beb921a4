package trash_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// An essay hangs on others in each way there is: by fields of its own, of another's, of two columns, of another type of number, on rows
// without a marker, on rows of its own table, and polymorphically.
type (
	kinAuthor struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		TenantID int
		Essays   []kinEssay `gorm:"foreignKey:AuthorID" softdelete:"cascade"`
		Drafts   []kinEssay `gorm:"polymorphic:Owner"`
		softdelete.Tracked
	}
	kinShelf struct {
		Hall     string `gorm:"primaryKey;size:20"`
		Number   int    `gorm:"primaryKey;autoIncrement:false"`
		ID       int    // which is no key
		TenantID int
		Essays   []kinEssay `gorm:"foreignKey:Hall,ShelfNumber;references:Hall,Number"`
	}
	kinSeries struct {
		ID       int `gorm:"primaryKey;autoIncrement:false"`
		TenantID int
		Essays   []kinEssay `gorm:"foreignKey:SeriesID" softdelete:"restrict"`
		softdelete.Flagged
	}
	kinEssay struct {
		ID          int `gorm:"primaryKey;autoIncrement:false"`
		TenantID    int
		EditorID    *int64
		Editor      *kinAuthor `gorm:"foreignKey:EditorID"`
		AuthorID    uint
		Author      *kinAuthor `gorm:"foreignKey:AuthorID"`
		SequelOfID  *int
		SequelOf    *kinEssay `gorm:"foreignKey:SequelOfID"`
		Hall        *string   `gorm:"size:20"`
		ShelfNumber int
		SeriesID    int
		OwnerType   string `gorm:"size:50"`
		OwnerID     int
		softdelete.Tracked
	}
)

var kinModels = []any{&kinAuthor{}, &kinSeries{}, &kinEssay{}, &kinShelf{}}

// openKin has one trashed essay, 1, that hangs on rows of each kind. What it hangs on is of the first tenant, but the shelf and the sequel's.
func openKin(t *testing.T, open testdb.Opener) (*gorm.DB, *softdelete.Trash) {
	t.Helper()
	config := testdb.Config()
	config.DisableForeignKeyConstraintWhenMigrating = true
	db := open(t, config)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: kinModels})))
	require.NoError(t, db.AutoMigrate(kinModels...))
	hall, editor, sequel := "h,1", int64(2), 2
	for _, row := range []any{
		&kinAuthor{ID: 1, TenantID: 1}, &kinAuthor{ID: 2, TenantID: 1}, &kinAuthor{ID: 3, TenantID: 1}, &kinAuthor{ID: 4, TenantID: 2}, &kinSeries{ID: 1, TenantID: 1}, &kinShelf{Hall: hall, Number: 7, TenantID: 2},
		&kinEssay{ID: 2, TenantID: 2, AuthorID: 4},
		&kinEssay{
			ID: 1, TenantID: 1, AuthorID: 1, EditorID: &editor, SequelOfID: &sequel, Hall: &hall, ShelfNumber: 7, SeriesID: 1, OwnerType: "kin_authors", OwnerID: 3,
		},
		&kinEssay{ID: 3, TenantID: 1, AuthorID: 99, OwnerType: "kin_essays", OwnerID: 3},
	} {
		require.NoError(t, db.Create(row).Error)
	}
	require.NoError(t, db.WithContext(softdelete.WithActor(softdelete.WithReason(t.Context(), "plagiarism"), "ana")).Delete(&kinAuthor{}, 1).Error)
	require.NoError(t, db.Delete(&kinEssay{}, []int{2, 3}).Error)
	require.NoError(t, db.Delete(&kinSeries{}, 1).Error)
	return db, models.OpenTrash(t, db)
}

func parentNames(parents []softdelete.Parent) (names []string) {
	for _, p := range parents {
		name := fmt.Sprintf("%s: %s %v", p.Relation, p.Table, p.Key)
		if p.Item != nil {
			name += " trashed"
		}
		names = append(names, name)
	}
	return names
}

// TestParents says which rows an item hangs on, by which relations, and that those in the trash are the items that the trash has.
func TestParents(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, trash := openKin(t, open)
		log := record.Record(t, db)
		item, err := trash.Item(t.Context(), "kin_essays", 1)
		require.NoError(t, err)
		log.Take()
		parents, err := item.Parents(t.Context())
		require.NoError(t, err)
		require.Len(t, log.Take(), 7, "one for the row, and one for each relation")
		require.Equal(t, []string{
			"kinEssay.Editor: kin_authors [2]",
			"kinEssay.Author: kin_authors [1] trashed",
			"kinEssay.SequelOf: kin_essays [2] trashed",
			"kinAuthor.Drafts: kin_authors [3]",
			"kinSeries.Essays: kin_series [1] trashed",
			"kinShelf.Essays: kin_shelves [h,1 7]",
		}, parentNames(parents))
		for _, p := range parents {
			require.NotNil(t, p.Row)
			if p.Item == nil {
				continue
			}
			want, err := trash.Item(t.Context(), p.Table, p.Key...)
			require.NoError(t, err)
			require.Equal(t, want.Key, p.Item.Key)
			require.Equal(t, []any{want.Table, want.Model, want.At.UTC(), want.By, want.Reason, want.DeletionID}, []any{p.Item.Table, p.Item.Model, p.Item.At.UTC(), p.Item.By, p.Item.Reason, p.Item.DeletionID})
			_, err = p.Item.Load(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, "plagiarism", parents[1].Item.Reason)
		require.Equal(t, "kinAuthor", parents[1].Model)
		require.IsType(t, &kinAuthor{}, parents[1].Row)

		// A polymorphic key is of the rows of its type only, and what is gone is left out.
		third, err := trash.Item(t.Context(), "kin_essays", 3)
		require.NoError(t, err)
		parents, err = third.Parents(t.Context())
		require.NoError(t, err)
		require.Empty(t, parents)
		require.NoError(t, softdelete.ForceDelete(db.Where("id IN ?", []int{2, 3}), &kinAuthor{}).Error)
		parents, err = item.Parents(t.Context())
		require.NoError(t, err)
		require.Len(t, parents, 4)

		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &kinEssay{ID: 1}).Error)
		require.ErrorIs(t, handles.Second(item.Parents(t.Context())), softdelete.ErrNotFound)
		require.ErrorIs(t, handles.Second(softdelete.Item{Table: "kin_essays", Key: []any{1}}.Parents(t.Context())), gorm.ErrInvalidValue)
		require.ErrorIs(t, handles.Second(item.Parents(nil)), gorm.ErrInvalidValue) //nolint:staticcheck // That it is refused is what is tested.
	})
}

// TestParentsInScope says that rows outside of a part of the trash are none of its items' parents, however it is narrowed.
func TestParentsInScope(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, trash := openKin(t, open)
		for name, scopes := range ofFirst() {
			if name == "by the model" {
				continue // which knows other models
			}
			item, err := trash.Scopes(scopes...).Item(t.Context(), "kin_essays", 1)
			require.NoError(t, err, name)
			parents, err := item.Parents(t.Context())
			require.NoError(t, err, name)
			require.Equal(t, []string{
				"kinEssay.Editor: kin_authors [2]",
				"kinEssay.Author: kin_authors [1] trashed",
				"kinAuthor.Drafts: kin_authors [3]",
				"kinSeries.Essays: kin_series [1] trashed",
			}, parentNames(parents), name)
		}
		// Of scopes that mean trashed rows, live ones and those without a marker are not.
		item, err := trash.Scopes(softdelete.TrashedBy("ana")).Item(t.Context(), "kin_essays", 1)
		require.NoError(t, err)
		var modelError *softdelete.ModelError
		require.ErrorAs(t, handles.Second(item.Parents(t.Context())), &modelError, "a series does not say by whom")
		one := models.OpenTrash(t, db, &kinEssay{})
		item, err = one.Item(t.Context(), "kin_essays", 1)
		require.NoError(t, err)
		parents, err := item.Parents(t.Context())
		require.NoError(t, err)
		require.NotNil(t, parents[1].Item, "though the trash has no authors")
	})
}

// TestKeptUntil says when retention takes a row.
func TestKeptUntil(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		require.NoError(t, db.Create(&models.DepotHall{ID: 1}).Error)
		require.NoError(t, db.Delete(&models.DepotHall{}, 1).Error)
		require.NoError(t, db.Create(&models.DepotToken{ID: 1}).Error)
		require.NoError(t, db.Delete(&models.DepotToken{}, 1).Error)
		trash := models.OpenTrash(t, db)
		for retention, want := range map[time.Duration]time.Time{0: {}, -1: {}, time.Hour: models.DepotNow.Add(time.Hour)} {
			kept := trash.WithRetention(retention)
			item, err := kept.Item(t.Context(), "depot_halls", 1)
			require.NoError(t, err)
			require.WithinDuration(t, want, item.KeptUntil(), time.Second, "give or take the steps by which a reading that was used is moved on")
			page, err := kept.Scopes(softdelete.OnlyTrashed).List(t.Context(), softdelete.ListOptions{})
			require.NoError(t, err)
			require.Equal(t, item.KeptUntil(), page.Items[0].KeptUntil())
			require.Zero(t, page.Items[1].KeptUntil(), "it does not say when it was trashed")
		}
		require.Zero(t, softdelete.Item{At: time.Now()}.KeptUntil())
	})
}

// TestSchemas says that the schemas are those of the models, in their order, and that Doctor looks at them.
func TestSchemas(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, trash := openKin(t, open)
		var names []string
		for _, s := range trash.Schemas() {
			names = append(names, s.Table)
		}
		require.Equal(t, []string{"kin_authors", "kin_essays", "kin_series"}, names)
		require.Nil(t, (*softdelete.Trash)(nil).Schemas())
		require.Len(t, models.OpenTrash(t, db, &kinSeries{}).Schemas(), 1)

		for _, list := range [][]any{nil, {&kinSeries{}, &kinEssay{}}} {
			want, err := softdelete.Doctor(db, list...)
			require.NoError(t, err)
			require.NotEmpty(t, want)
			found, err := models.OpenTrash(t, db, list...).Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("1 = 0") }).Doctor(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, found)
			if list != nil {
				for _, f := range found {
					require.True(t, strings.HasPrefix(f.Table, "kin_essays") || f.Table == "kin_series", f.Table)
				}
			}
		}
		require.ErrorIs(t, handles.Second(trash.Doctor(nil)), gorm.ErrInvalidValue) //nolint:staticcheck // That it is refused is what is tested.
		require.Error(t, handles.Second(trash.Doctor(ended(t))))
	})
}
