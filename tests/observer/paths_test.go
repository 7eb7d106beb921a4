package observer_test

import (
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
	"github.com/gorm-softdelete/softdelete/tests/internal/watch"
)

// TestEventModels says that an event's model is the application's, also where GORM has made up one for a join table.
func TestEventModels(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		for name, run := range map[string]func() error{
			"association": func() error {
				return db.Model(&testmodels.BlogPost{ID: 1}).Association("Tags").Delete(&testmodels.BlogTag{ID: 2})
			},
			"value":  func() error { return db.Delete(&testmodels.BlogPostTag{PostID: 2, TagID: 2}).Error },
			"select": func() error { return db.Select("Tags").Delete(&testmodels.BlogPost{ID: 3}).Error },
		} {
			require.NoError(t, run(), name)
			found := false
			for _, event := range w.Take() {
				if event.Table == "blog_post_tags" {
					found = true
					require.Equal(t, reflect.TypeFor[testmodels.BlogPostTag]().String(), event.Model.String(), name)
				}
			}
			require.True(t, found, name)
		}
	})
}

// TestEventsOfJoinsAndTables says that it is the rows of the deleted table that are told of.
func TestEventsOfJoinsAndTables(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		require.NoError(t, db.Joins("JOIN blog_posts ON blog_posts.id = blog_comments.post_id").Where("blog_posts.user_id = 2").Delete(&testmodels.BlogComment{}).Error)
		require.Equal(t, []string{"soft delete: blog_comments 5,6,7,8"}, w.Told(t))
		require.NoError(t, softdelete.Restore(db.Where("post_id IN (?)", db.Model(&testmodels.BlogPost{}).Where("user_id = 2").Select("id")), &testmodels.BlogComment{}).Error)
		require.Equal(t, []string{"restore: blog_comments 5,6,7,8"}, w.Told(t))
		database.CopyTable(t, db, "blog_tags", "old_tags")
		require.NoError(t, db.Table("old_tags").Delete(&testmodels.BlogTag{}, 1).Error)
		require.Equal(t, []string{"soft delete: old_tags 1"}, w.Told(t))
	})
}

// An eventNode goes with its parent by the database's own cascade too.
type eventNode struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	ParentID *uint
	Children []eventNode `gorm:"foreignKey:ParentID;constraint:OnDelete:CASCADE"`
	softdelete.Tracked
}

// TestEventsOfRowsThatAForeignKeyTakes says that all addressed rows are told of, whoever removed them.
func TestEventsOfRowsThatAForeignKeyTakes(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watch.Watcher{}
		db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.Observe}}, &eventNode{})
		for _, test := range []struct {
			name string
			run  func() error
			want []string
		}{
			{"purge of all", func() error { return softdelete.Purge(db.Where("1 = 1"), &eventNode{}).Error }, []string{"purge: event_nodes 1,2,3"}},
			{"force delete of all", func() error { return softdelete.ForceDelete(db.Where("1 = 1"), &eventNode{}).Error }, []string{"force delete: event_nodes 1,2,3"}},
			{"force delete of one", func() error { return softdelete.ForceDelete(db, &eventNode{ID: 1}).Error }, []string{
				"force delete: event_nodes 1", "force delete: event_nodes 2,3, along",
			}},
			{"Unscoped delete of all", func() error { return db.Unscoped().Where("1 = 1").Delete(&eventNode{}).Error }, []string{"force delete: event_nodes 1,2,3"}},
		} {
			require.NoError(t, db.Create(&eventNode{ID: 1, Children: []eventNode{{ID: 2, Children: []eventNode{{ID: 3}}}}}).Error)
			if test.name == "purge of all" {
				require.NoError(t, db.Where("1 = 1").Delete(&eventNode{}).Error)
				w.Take()
			}
			require.NoError(t, test.run(), test.name)
			require.Empty(t, tables.Stored(t, db, "event_nodes", "id"))
			require.Equal(t, test.want, w.Told(t), test.name)
		}
	})
}

// TestEventsOfDeletesInHooks says that what a hook trashes is an operation of its own.
func TestEventsOfDeletesInHooks(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watch.Watcher{}
		db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.Observe}}, &models.AHooked{}, &models.ATrace{}, &models.ANote{})
		for _, hook := range []string{"BeforeDelete", "AfterDelete"} {
			models.TheHooked(t, db)
			models.TheNotes(t, db)
			w.Take()
			value := models.AHooked{ID: 1, Run: func(in string, _ *models.AHooked, tx *gorm.DB) error {
				if in == hook {
					return tx.Delete(&models.ANote{ID: 1}).Error
				}
				return nil
			}}
			require.NoError(t, db.Delete(&value).Error)
			events := w.Take()
			require.Len(t, events, 2, hook)
			ids := map[string]string{}
			for _, event := range events {
				require.False(t, event.Cascaded, hook)
				ids[watch.Tell(t, event)] = event.DeletionID.String()
			}
			require.Contains(t, ids, "soft delete: a_notes 1", hook)
			require.Equal(t, value.DeletionID.UUID.String(), ids["soft delete: a_hookeds 1"], hook)
			require.NotEqual(t, ids["soft delete: a_notes 1"], ids["soft delete: a_hookeds 1"], hook)
		}
	})
}

// TestObserversCauseNoErrorsAtOnce says that operations on rows of their own, at the same time and on several handles, do not
// fail because they are observed.
func TestObserversCauseNoErrorsAtOnce(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		const each = 12
		w := &watch.Watcher{}
		config := softdelete.Config{Observers: []softdelete.Observer{w.Observe}}
		first := handles.WithPlugin(t, open, config, &models.ANote{})
		var notes []models.ANote
		for i := range 4 * each {
			notes = append(notes, models.ANote{ID: uint(i + 1)})
		}
		require.NoError(t, first.Create(&notes).Error)
		errs := make([]error, 4*each)
		var wait sync.WaitGroup
		for i := range 4 {
			db := first
			if i%2 == 1 {
				db = open(t)
				require.NoError(t, db.Use(softdelete.New(config)))
			}
			wait.Go(func() {
				for j := range each {
					note := &models.ANote{ID: uint(i*each + j + 1)}
					errs[i*each+j] = func() error {
						if j%3 == 0 {
							return db.Unscoped().Delete(note).Error
						}
						if err := db.Delete(note).Error; err != nil {
							return fmt.Errorf("delete: %w", err)
						}
						if j%3 == 1 {
							return softdelete.Restore(db, note).Error
						}
						return softdelete.Purge(db, note).Error
					}()
				}
			})
		}
		wait.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		require.Len(t, w.Take(), 4*(each/3*5))
	})
}

// TestEventsBesideAnotherWriter says that rows that come between an operation's statements do not cost it its keys.
func TestEventsBesideAnotherWriter(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]testdb.Opener{"returning": testdb.OpenerFor(t, "postgres"), "without": testdb.WithoutReturning(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireKeysBesideAnotherWriter(t, open(t))
		})
	}
}

func requireKeysBesideAnotherWriter(t *testing.T, db *gorm.DB) {
	t.Helper()
	w := &watch.Watcher{}
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Observers: []softdelete.Observer{w.Observe}})))
	require.NoError(t, db.AutoMigrate(&models.ANote{}))
	for name, run := range map[string]func(db *gorm.DB) error{
		"Unscoped":     func(db *gorm.DB) error { return db.Unscoped().Where("score > 0").Delete(&models.ANote{}).Error },
		"force delete": func(db *gorm.DB) error { return softdelete.ForceDelete(db.Where("score > 0"), &models.ANote{}).Error },
		"purge":        func(db *gorm.DB) error { return softdelete.Purge(db.Where("score > 0"), &models.ANote{}).Error },
		"restore":      func(db *gorm.DB) error { return softdelete.Restore(db.Where("score > 0"), &models.ANote{}).Error },
		"delete":       func(db *gorm.DB) error { return db.Where("score > 0").Delete(&models.ANote{}).Error },
	} {
		models.TheNotes(t, db)
		w.Take()
		statements := 0
		gone := softdelete.Tracked{DeletedAt: gorm.DeletedAt{Time: models.Past(), Valid: true}}
		require.NoError(t, run(concurrent.Pause(db, func(string) {
			statements++
			for _, note := range []models.ANote{{ID: uint(100 + statements), Score: 1}, {ID: uint(200 + statements), Score: 1, Tracked: gone}} {
				_ = db.Create(&note).Error
			}
		})), name)
		events := w.Take()
		require.Len(t, events, 1, name)
		keys, err := events[0].Keys()
		assert.NoError(t, err, name)
		assert.Len(t, keys, int(events[0].Rows), name)
	}
}
