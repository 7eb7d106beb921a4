package observer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
	"github.com/gorm-softdelete/softdelete/tests/internal/watch"
)

// auditEntry is what a user's audit log keeps.
type auditEntry struct {
	ID        uint
	What      string
	TableName string
	Keys      string
	Who       string
}

func audit(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	keys, err := event.Keys()
	if err != nil {
		return err
	}
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = fmt.Sprint(key)
	}
	sort.Strings(texts)
	entry := auditEntry{What: event.Operation.String(), TableName: event.Table, Keys: strings.Join(texts, ","), Who: fmt.Sprint(event.Actor)}
	return tx.Exec(database.Quoted(tx, `INSERT INTO audit_entries (what, table_name, "keys", who) VALUES (?, ?, ?, ?)`), entry.What, entry.TableName, entry.Keys, entry.Who).Error
}

func auditLog(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	var entries []auditEntry
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Find(&entries).Error)
	lines := make([]string, len(entries))
	for i, e := range entries {
		lines[i] = e.What + ": " + e.TableName + " " + e.Keys + " by " + e.Who
	}
	sort.Strings(lines)
	return lines
}

// TestAuditLog says that what an observer writes by its handle is committed with the operation, or not at all.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		require.NoError(t, open(t).AutoMigrate(&auditEntry{}))
		db, w := watchedBlog(t, open, softdelete.Config{Observers: []softdelete.Observer{audit}})
		require.NoError(t, db.Exec("DELETE FROM audit_entries").Error)
		want := []string{
			"soft delete: blog_comments 1,3,4 by ana", "soft delete: blog_post_tags [1 1],[1 2],[2 1],[2 2] by ana",
			"soft delete: blog_posts 1,2 by ana", "soft delete: blog_users 1 by ana",
		}
		ana := db.WithContext(softdelete.WithActor(t.Context(), "ana"))
		w.React = func(*gorm.DB, softdelete.Event) error { return errObserver }
		require.ErrorIs(t, ana.Delete(&testmodels.BlogUser{ID: 1}).Error, errObserver, "of another observer")
		require.Empty(t, auditLog(t, db))
		w.React = nil
		require.ErrorIs(t, ana.Transaction(func(tx *gorm.DB) error {
			require.NoError(t, tx.Delete(&testmodels.BlogUser{ID: 1}).Error)
			require.Equal(t, want, auditLog(t, tx), "in the caller's transaction")
			return failing.ErrHook
		}), failing.ErrHook)
		require.Empty(t, auditLog(t, db), "rolled back by the caller")
		require.NoError(t, ana.Delete(&testmodels.BlogUser{ID: 1}).Error)
		require.Equal(t, want, auditLog(t, db))
	})
}

// TestObserverHandle says that tx is on the operation's transaction, sees what it has written, and has none of its conditions.
func TestObserverHandle(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		for name, run := range map[string]func() error{
			"default": func() error { return db.Where("id = 1").Limit(1).Delete(&testmodels.BlogUser{}).Error },
			"none": func() error {
				return db.Session(&gorm.Session{SkipDefaultTransaction: true}).Where("id = 1").Delete(&testmodels.BlogUser{}).Error
			},
			"Unscoped": func() error { return db.Unscoped().Where("id = 1").Delete(&testmodels.BlogPost{}).Error },
		} {
			refillBlog(t, db, w)
			if name == "Unscoped" {
				require.NoError(t, softdelete.ForceDelete(db.Where("post_id = 1"), &testmodels.BlogComment{}).Error)
				require.NoError(t, softdelete.ForceDelete(db.Where("post_id = 1"), &testmodels.BlogPostTag{}).Error)
			}
			type seen struct {
				event           softdelete.Event
				operation       softdelete.Operation
				transaction     bool
				users, comments []int
			}
			var told []seen
			w.React = func(tx *gorm.DB, event softdelete.Event) error {
				s := seen{event: event, operation: softdelete.OperationOf(tx)}
				_, s.transaction = tx.Statement.ConnPool.(gorm.TxCommitter)
				err := tx.Model(&testmodels.BlogUser{}).Order("id").Pluck("id", &s.users).Error
				told = append(told, s)
				return errors.Join(err, tx.Model(&testmodels.BlogComment{}).Where("post_id > 2").Order("id").Pluck("id", &told[len(told)-1].comments).Error)
			}
			require.NoError(t, run(), name)
			w.React = nil
			require.NotEmpty(t, told, name)
			for _, s := range told {
				require.True(t, s.transaction, name)
				require.Equal(t, s.event.Operation, s.operation, name)
				require.Equal(t, []int{5, 6, 7, 8}, s.comments, name)
				if name != "Unscoped" {
					require.Equal(t, []int{2}, s.users, "%s: live rows, as they are now", name)
				}
			}
		}
	})
}

// TestObserverMakesOperations says that an observer may trash and restore rows itself, of which it is told as well.
func TestObserverMakesOperations(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		w.React = func(tx *gorm.DB, event softdelete.Event) error {
			switch event.Table + " " + event.Operation.String() {
			case "blog_users soft delete":
				return tx.Delete(&testmodels.BlogTag{ID: 1}).Error
			case "blog_users restore":
				return softdelete.Restore(tx, &testmodels.BlogTag{ID: 1}).Error
			}
			return nil
		}
		var d softdelete.Deletion
		tx := db.Scopes(softdelete.Into(&d)).Delete(&testmodels.BlogUser{ID: 1})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.NotContains(t, d.Rows, "blog_tags", "it is an operation of its own")
		require.ElementsMatch(t, append([]string{"soft delete: blog_tags 1"}, userTrashed...), w.Told(t))
		require.Equal(t, []int{2}, tables.LiveIDs(t, db, "blog_tags"))
		require.NoError(t, softdelete.Restore(db, &testmodels.BlogUser{ID: 1}).Error)
		require.Contains(t, w.Told(t), "restore: blog_tags 1")
		require.Equal(t, []int{1, 2}, tables.LiveIDs(t, db, "blog_tags"))
	})
}

// TestEventsOfDeletesAtOnce says that of operations at the same time each row is told of once.
func TestEventsOfDeletesAtOnce(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watch.Watcher{}
		db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.Observe}}, &models.ANote{})
		for range 5 {
			models.TheNotes(t, db)
			w.Take()
			concurrent.Race(t, func(_ int, random *rand.Rand) {
				if random.IntN(2) == 0 {
					_ = db.Where("1 = 1").Delete(&models.ANote{}).Error
					return
				}
				for _, id := range random.Perm(6) {
					_ = db.Delete(&models.ANote{}, id+1).Error
				}
			})
			require.NoError(t, db.Where("1 = 1").Delete(&models.ANote{}).Error)
			seen := map[any]int{}
			for _, event := range w.Take() {
				keys, err := event.Keys()
				require.NoError(t, err)
				require.Len(t, keys, int(event.Rows))
				for _, key := range keys {
					seen[key]++
				}
			}
			require.Equal(t, map[any]int{uint(1): 1, uint(2): 1, uint(3): 1, uint(4): 1}, seen)
		}
	})
}
