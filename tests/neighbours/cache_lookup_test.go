package neighbours_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// staleParent cascades to children whose hooks run: these read what a row says.
type staleParent struct {
	ID       uint
	Name     string
	Children []staleChild `gorm:"foreignKey:ParentID" softdelete:"cascade,hooks"`
	softdelete.Timestamp
}

type staleChild struct {
	ID       uint
	Name     string
	ParentID uint
	softdelete.Timestamp
}

type staleFlag struct {
	ID uint
	softdelete.Flagged
}

func (c *staleChild) BeforeDelete(tx *gorm.DB) error {
	note(tx, c.Name)
	return nil
}

func (c *staleChild) BeforePurge(tx *gorm.DB) error {
	note(tx, c.Name)
	return nil
}

type notesKey struct{}

// note keeps what a hook has seen, for the test whose context it runs in.
func note(tx *gorm.DB, name string) {
	if notes, ok := tx.Statement.Context.Value(notesKey{}).(*[]string); ok {
		*notes = append(*notes, name)
	}
}

// staleHandles opens a handle with a cache that nobody tells of other handles' writes, on which a model stands, and one
// without. The cache is used before the plugin, or after it.
func staleHandles(t *testing.T, open testdb.Opener, after bool, config softdelete.Config, models ...any) (cached, beside *gorm.DB) {
	t.Helper()
	beside = open(t)
	require.NoError(t, beside.Use(softdelete.New(softdelete.Config{Models: models})))
	require.NoError(t, beside.AutoMigrate(models...))
	cached = open(t)
	config.Models = models
	m := &memory{keeps: true}
	if !after {
		useCache(t, cached, m)
	}
	require.NoError(t, cached.Use(softdelete.New(config)))
	if after {
		useCache(t, cached, m)
	}
	return cached, beside
}

// eachStale runs fn with the cache used before the plugin and after it, on each database.
func eachStale(t *testing.T, config softdelete.Config, models []any, fn func(t *testing.T, cached, beside *gorm.DB)) {
	t.Helper()
	for name, after := range map[string]bool{"used before": false, "used after": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				cached, beside := staleHandles(t, open, after, config, models...)
				fn(t, cached, beside)
			})
		})
	}
}

func docModels() []any { return []any{&orderDoc{}} }

func trashDoc(t *testing.T, db *gorm.DB, id uint) {
	t.Helper()
	tx := db.Delete(&orderDoc{}, id)
	require.NoError(t, tx.Error)
	require.EqualValues(t, 1, tx.RowsAffected)
}

// A Save finds the row trashed that was not when it last looked.
func TestCacheDoesNotAnswerSave(t *testing.T) {
	t.Parallel()
	eachStale(t, softdelete.Config{}, docModels(), func(t *testing.T, cached, beside *gorm.DB) {
		doc := orderDoc{ID: 1, Email: "1", Text: "new"}
		require.NoError(t, cached.Save(&doc).Error, "no row is there, and no trashed one")
		trashDoc(t, beside, 1)
		doc.Text = "lost"
		require.ErrorIs(t, cached.Save(&doc).Error, softdelete.ErrTrashed)
		require.NoError(t, softdelete.Restore(beside, &orderDoc{ID: 1}).Error)
		doc.Text = "kept"
		require.NoError(t, cached.Save(&doc).Error, "it is live again")
		live, trashed := docs(t, beside)
		require.Equal(t, []string{"kept"}, live)
		require.Empty(t, trashed)
	})
}

// An upsert meets rows as they are.
func TestCacheDoesNotAnswerUpserts(t *testing.T) {
	t.Parallel()
	eachStale(t, softdelete.Config{}, docModels(), func(t *testing.T, cached, beside *gorm.DB) {
		upsert := func(text string) error {
			return cached.Clauses(clause.OnConflict{UpdateAll: true}).Create(&[]orderDoc{{ID: 1, Email: "1", Text: text}, {ID: 2, Email: "2", Text: text}}).Error
		}
		require.NoError(t, upsert("a"))
		require.NoError(t, upsert("b"))
		trashDoc(t, beside, 2)
		require.ErrorIs(t, upsert("c"), softdelete.ErrTrashed)
		live, trashed := docs(t, beside)
		require.Equal(t, []string{"b"}, live, "the whole statement is undone")
		require.Equal(t, []string{"b"}, trashed)
		require.NoError(t, softdelete.Restore(beside, &orderDoc{ID: 2}).Error)
		require.NoError(t, upsert("d"))
		live, _ = docs(t, beside)
		require.Equal(t, []string{"d", "d"}, live)
	})
}

// A revive finds what is trashed now: it restores a row that was live when it last looked, and inserts one in the place of a
// row that is gone.
func TestCacheDoesNotAnswerRevives(t *testing.T) {
	t.Parallel()
	eachStale(t, softdelete.Config{}, docModels(), func(t *testing.T, cached, beside *gorm.DB) {
		revive := func(text string) orderDoc {
			doc := orderDoc{Email: "1", Text: text}
			require.NoError(t, cached.Scopes(softdelete.Revive).Create(&doc).Error, text)
			return doc
		}
		first := revive("first")
		trashDoc(t, beside, first.ID)
		again := revive("again")
		require.Equal(t, first.ID, again.ID)
		trashDoc(t, beside, first.ID)
		require.NoError(t, softdelete.Purge(beside, &orderDoc{ID: first.ID}).Error)
		revive("anew")
		live, trashed := docs(t, beside)
		require.Equal(t, []string{"anew"}, live)
		require.Empty(t, trashed)
		require.NoError(t, beside.Exec("UPDATE order_docs SET text = 'beside', deleted_at = ?", time.Now()).Error)
		last := revive("last")
		require.Nil(t, last.DeleteReason)
		live, _ = docs(t, beside)
		require.Equal(t, []string{"last"}, live)
	})
}

// A delete of values tells of each whether its row was trashed by it.
func TestCacheDoesNotAnswerDeletes(t *testing.T) {
	t.Parallel()
	eachStale(t, softdelete.Config{}, docModels(), func(t *testing.T, cached, beside *gorm.DB) {
		require.NoError(t, beside.Create(&[]orderDoc{{ID: 1, Email: "1", Text: "a"}, {ID: 2, Email: "2", Text: "b"}}).Error)
		both := func() []orderDoc { return []orderDoc{{ID: 1}, {ID: 2}} }
		list := both()
		require.NoError(t, cached.Delete(&list).Error)
		require.True(t, list[0].DeletedAt.Valid && list[1].DeletedAt.Valid)
		require.NoError(t, softdelete.Restore(beside, &orderDoc{ID: 1}).Error)
		list = both()
		require.NoError(t, cached.Delete(&list).Error)
		require.True(t, list[0].DeletedAt.Valid)
		require.False(t, list[1].DeletedAt.Valid, "it was trashed before")
		restored := both()
		require.NoError(t, softdelete.Restore(cached, &restored).Error)
		trashDoc(t, beside, 2)
		restored = []orderDoc{list[0], list[0]}
		restored[1].ID = 2
		require.NoError(t, softdelete.Restore(cached, &restored).Error)
		require.True(t, restored[0].DeletedAt.Valid, "it was live before")
		require.False(t, restored[1].DeletedAt.Valid)
		live, _ := docs(t, beside)
		require.Equal(t, []string{"a", "b"}, live)
	})
}

// A strict update knows a row that has the values already from one that is not there.
func TestCacheDoesNotAnswerStrictUpdates(t *testing.T) {
	t.Parallel()
	eachStale(t, softdelete.Config{Strict: true}, docModels(), func(t *testing.T, cached, beside *gorm.DB) {
		update := func() error { return cached.Model(&orderDoc{}).Where("id = ?", 1).UpdateColumn("text", "a").Error }
		require.ErrorIs(t, update(), softdelete.ErrNotFound)
		require.NoError(t, beside.Create(&orderDoc{ID: 1, Email: "1", Text: "a"}).Error)
		require.NoError(t, update(), "it has the value already")
		trashDoc(t, beside, 1)
		require.ErrorIs(t, update(), softdelete.ErrNotFound)
	})
}

// Hooks of a cascade see the rows as they are.
func TestCacheDoesNotAnswerCascades(t *testing.T) {
	t.Parallel()
	eachStale(t, softdelete.Config{}, []any{&staleParent{}, &staleChild{}}, func(t *testing.T, cached, beside *gorm.DB) {
		require.NoError(t, beside.Create(&staleParent{ID: 1, Children: []staleChild{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}}}).Error)
		var notes []string
		ctx := context.WithValue(context.Background(), notesKey{}, &notes)
		var d softdelete.Deletion
		require.NoError(t, cached.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&staleParent{}, 1).Error)
		require.EqualValues(t, 2, d.Rows["stale_children"])
		require.Equal(t, []string{"a", "b"}, notes)
		require.NoError(t, softdelete.Restore(beside, &staleParent{ID: 1}).Error)
		require.NoError(t, beside.Model(&staleChild{}).Where("id = 1").Update("name", "changed").Error)
		notes = nil
		require.NoError(t, cached.WithContext(ctx).Delete(&staleParent{}, 1).Error)
		require.Equal(t, []string{"changed", "b"}, notes, "they are the same rows, and not what they were")
		require.NoError(t, softdelete.Restore(beside, &staleParent{ID: 1}).Error)
		require.NoError(t, softdelete.ForceDelete(beside, &staleChild{ID: 2}).Error)
		require.NoError(t, beside.Create(&staleChild{ID: 3, ParentID: 1, Name: "new"}).Error)
		notes = nil
		require.NoError(t, cached.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&staleParent{}, 1).Error)
		require.Equal(t, []string{"changed", "new"}, notes)
		require.EqualValues(t, 2, d.Rows["stale_children"])
		var live int64
		require.NoError(t, beside.Model(&staleChild{}).Count(&live).Error)
		require.Zero(t, live)

		notes = nil
		require.NoError(t, softdelete.Purge(cached.WithContext(ctx), &staleParent{ID: 1}).Error)
		require.Equal(t, []string{"changed", "new"}, notes)
	})
}

// Emptying goes by the rows that are there: for its hooks, its total, and to see that there is nothing that it cannot purge.
func TestCacheDoesNotAnswerEmpty(t *testing.T) {
	t.Parallel()
	eachStale(t, softdelete.Config{}, []any{&staleParent{}, &staleChild{}, &staleFlag{}}, func(t *testing.T, cached, beside *gorm.DB) {
		var notes []string
		ctx := context.WithValue(context.Background(), notesKey{}, &notes)
		for range 2 {
			require.NoError(t, beside.Create(&staleParent{ID: 1, Children: []staleChild{{ID: 1, Name: "a"}}}).Error)
			require.NoError(t, beside.Delete(&staleChild{}, 1).Error)
			bin, err := softdelete.OpenTrash(cached, &staleChild{})
			require.NoError(t, err)
			var total int64
			report, err := bin.Empty(ctx, softdelete.EmptyOptions{All: true, Hooks: true, Progress: func(p softdelete.Progress) { total = p.Total }})
			require.NoError(t, err)
			require.EqualValues(t, 1, report.Rows["stale_children"])
			require.EqualValues(t, 1, total)
			require.NoError(t, softdelete.ForceDelete(beside, &staleParent{ID: 1}).Error)
		}
		require.Equal(t, []string{"a", "a"}, notes)

		bin, err := softdelete.OpenTrash(cached, &staleFlag{})
		require.NoError(t, err)
		report, err := bin.Empty(ctx, softdelete.EmptyOptions{OlderThan: time.Hour})
		require.NoError(t, err)
		require.Empty(t, report.Failed)
		require.NoError(t, beside.Create(&staleFlag{ID: 1}).Error)
		require.NoError(t, beside.Delete(&staleFlag{}, 1).Error)
		report, err = bin.Empty(ctx, softdelete.EmptyOptions{OlderThan: time.Hour})
		require.NoError(t, err)
		require.Len(t, report.Failed, 1, "a flag without a time does not say how old its trash is")
	})
}

// A preview is of now.
func TestCacheDoesNotAnswerPreviews(t *testing.T) {
	t.Parallel()
	eachStale(t, softdelete.Config{}, []any{&staleParent{}, &staleChild{}}, func(t *testing.T, cached, beside *gorm.DB) {
		require.NoError(t, beside.Create(&staleParent{ID: 1, Children: []staleChild{{ID: 1, Name: "a"}}}).Error)
		for children := range int64(3) {
			if children > 0 {
				require.NoError(t, beside.Create(&staleChild{ID: uint(children) + 1, ParentID: 1}).Error)
			}
			plan, err := softdelete.Preview(cached, softdelete.OpSoftDelete, &staleParent{ID: 1})
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"stale_parents": 1, "stale_children": children + 1}, plan.Rows)
			plan, err = softdelete.Preview(cached.Preload("Children"), softdelete.OpForceDelete, &[]staleParent{{ID: 1}})
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"stale_parents": 1, "stale_children": children + 1}, plan.Rows)
		}
	})
}

// What is only built is not remembered as if it had no rows.
func TestCacheRemembersNothingThatWasNotRead(t *testing.T) {
	t.Parallel()
	eachStale(t, softdelete.Config{}, docModels(), func(t *testing.T, cached, beside *gorm.DB) {
		require.NoError(t, beside.Create(&[]orderDoc{{ID: 1, Email: "1", Text: "a"}, {ID: 2, Email: "2", Text: "b"}}).Error)
		trashDoc(t, beside, 1)
		bin, err := softdelete.OpenTrash(cached)
		require.NoError(t, err)
		_, err = bin.Empty(context.Background(), softdelete.EmptyOptions{All: true, DryRun: true})
		require.NoError(t, err)
		part, err := softdelete.OpenTrash(cached.Where("id = 9"), &orderDoc{})
		require.NoError(t, err)
		_, err = part.RestoreAll(context.Background())
		require.NoError(t, err)
		_, err = softdelete.Preview(cached, softdelete.OpRestore, &orderDoc{}, "1 = 1")
		require.NoError(t, err)
		var doc orderDoc
		require.NoError(t, cached.Scopes(softdelete.OnlyTrashed).Find(&doc).Error)
		require.EqualValues(t, 1, doc.ID)
		var list []orderDoc
		require.NoError(t, cached.Scopes(softdelete.OnlyTrashed).Where("1 = 1").Find(&list).Error)
		require.Len(t, list, 1)
		restored, err := bin.RestoreAll(context.Background())
		require.NoError(t, err)
		require.EqualValues(t, 1, restored)
	})
}

// The trash is listed and counted as it is. Its rows themselves are read as others are.
func TestCacheDoesNotAnswerForTheTrash(t *testing.T) {
	t.Parallel()
	eachStale(t, softdelete.Config{}, docModels(), func(t *testing.T, cached, beside *gorm.DB) {
		require.NoError(t, beside.Create(&[]orderDoc{{ID: 1, Email: "1", Text: "a"}, {ID: 2, Email: "2", Text: "b"}}).Error)
		bin, err := softdelete.OpenTrash(cached)
		require.NoError(t, err)
		for trashed := range 3 {
			if trashed > 0 {
				trashDoc(t, beside, uint(trashed))
			}
			page, err := bin.List(context.Background(), softdelete.ListOptions{})
			require.NoError(t, err)
			require.Len(t, page.Items, trashed)
			stats, err := bin.Stats(context.Background())
			require.NoError(t, err)
			require.EqualValues(t, trashed, stats[0].Trashed)
			glances, err := bin.Glance(context.Background(), softdelete.GlanceOptions{})
			require.NoError(t, err)
			require.EqualValues(t, trashed, glances[0].Trashed)
			deletions, err := bin.Deletions(context.Background(), softdelete.ListOptions{})
			require.NoError(t, err)
			require.Len(t, deletions.Items, trashed)
		}
	})
}
