package observer_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
	"github.com/gorm-softdelete/softdelete/tests/internal/watch"
)

type keyUUID struct {
	ID uuid.UUID `gorm:"primaryKey;type:uuid"`
	softdelete.Tracked
}

type keyInt32 struct {
	ID int32 `gorm:"primaryKey;autoIncrement:false"`
	softdelete.Flagged
}

type keyTime struct {
	At time.Time `gorm:"primaryKey"`
	softdelete.Timestamp
}

type keyFlag struct {
	On bool `gorm:"primaryKey"`
	softdelete.Timestamp
}

type keyColumn struct {
	Number uint64 `gorm:"primaryKey;column:no;autoIncrement:false"`
	softdelete.Timestamp
}

type keyParent struct {
	A        int16      `gorm:"primaryKey;autoIncrement:false"`
	B        string     `gorm:"primaryKey"`
	Children []keyChild `gorm:"foreignKey:A,B;references:A,B" softdelete:"cascade"`
	softdelete.Tracked
}

type keyChild struct {
	B  string `gorm:"primaryKey"`
	A  int16  `gorm:"primaryKey;autoIncrement:false"`
	No uint8  `gorm:"primaryKey;autoIncrement:false"`
	softdelete.Tracked
}

// TestEventKeys says that keys are of the types of the model's fields, and in their order, for each operation.
func TestEventKeys(t *testing.T) {
	t.Parallel()
	id, day := uuid.MustParse("018f4e5a-0000-7000-8000-00000000000a"), time.Date(2024, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		database.NeedsUUIDs(t, open)
		w := &watch.Watcher{}
		db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.Observe}},
			&models.KeyText{}, &keyUUID{}, &keyInt32{}, &models.KeyBytes{}, &keyTime{}, &keyFlag{}, &keyColumn{}, &models.APair{}, &models.ANote{})
		for _, test := range []struct{ row, want any }{
			{&models.ANote{ID: 7}, uint(7)},
			{&models.KeyText{Code: "a'b"}, models.ACode("a'b")},
			{&keyUUID{ID: id}, id},
			{&keyInt32{ID: -3}, int32(-3)},
			{&keyColumn{Number: 1 << 40}, uint64(1 << 40)},
			{&models.KeyBytes{Hash: []byte{1, 0, 255}}, []byte{1, 0, 255}},
			{&keyTime{At: day}, day},
			{&keyFlag{On: true}, true},
			{&models.APair{Left: 2, Right: "r"}, []any{2, "r"}},
		} {
			requireKey := func(what string) {
				t.Helper()
				events := w.Take()
				require.Len(t, events, 1, "%s of %T", what, test.row)
				keys, err := events[0].Keys()
				require.NoError(t, err, "%s of %T", what, test.row)
				if at, ok := keys[0].(time.Time); ok {
					keys[0] = at.UTC()
				}
				require.Equal(t, []any{test.want}, keys, "%s of %T", what, test.row)
			}
			require.NoError(t, db.Create(test.row).Error)
			require.NoError(t, db.Delete(test.row).Error)
			requireKey("delete")
			require.NoError(t, softdelete.Restore(db, test.row).Error)
			requireKey("restore")
			require.NoError(t, db.Where("1 = 1").Delete(tables.NewLike(test.row)).Error)
			requireKey("delete with conditions")
			require.NoError(t, softdelete.Restore(db.Where("1 = 1"), tables.NewLike(test.row)).Error)
			requireKey("restore with conditions")
			require.NoError(t, db.Delete(test.row).Error)
			w.Take()
			require.NoError(t, softdelete.Purge(db.Where("1 = 1"), tables.NewLike(test.row)).Error)
			requireKey("purge")
			require.NoError(t, db.Create(test.row).Error)
			require.NoError(t, softdelete.ForceDelete(db, test.row).Error)
			requireKey("force delete")
			require.NoError(t, db.Create(test.row).Error)
			require.NoError(t, db.Unscoped().Where("1 = 1").Delete(tables.NewLike(test.row)).Error)
			requireKey("Unscoped delete")
		}
	})
}

// TestEventKeysOfCompositeCascades says the same of rows that are taken along.
func TestEventKeysOfCompositeCascades(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watch.Watcher{}
		db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.Observe}}, &keyParent{}, &keyChild{})
		require.NoError(t, db.Create(&keyParent{A: 1, B: "x", Children: []keyChild{{No: 1}, {No: 2}}}).Error)
		require.NoError(t, db.Create(&keyParent{A: 1, B: "y", Children: []keyChild{{No: 1}}}).Error)
		requireKeys := func() {
			t.Helper()
			seen := map[string][]any{}
			for _, event := range w.Take() {
				keys, err := event.Keys()
				require.NoError(t, err)
				seen[event.Table] = keys
			}
			require.ElementsMatch(t, []any{[]any{int16(1), "x"}}, seen["key_parents"])
			require.ElementsMatch(t, []any{[]any{"x", int16(1), uint8(1)}, []any{"x", int16(1), uint8(2)}}, seen["key_children"])
		}
		require.NoError(t, db.Delete(&keyParent{A: 1, B: "x"}).Error)
		requireKeys()
		require.NoError(t, softdelete.Restore(db, &keyParent{A: 1, B: "x"}).Error)
		requireKeys()
		require.NoError(t, db.Where("b = 'x'").Delete(&keyParent{}).Error)
		requireKeys()
		require.NoError(t, softdelete.Purge(db, &keyParent{A: 1, B: "x"}).Error)
		requireKeys()
	})
}

// TestEventKeysAreTheCallers says that what is done to the list that Keys returns does not reach other observers.
func TestEventKeysAreTheCallers(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	w := &watch.Watcher{React: func(_ *gorm.DB, event softdelete.Event) error {
		keys, err := event.Keys()
		clear(keys)
		return err
	}}
	other := &watch.Watcher{}
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Observers: []softdelete.Observer{w.Observe, other.Observe}})))
	require.NoError(t, db.AutoMigrate(&models.ANote{}))
	require.NoError(t, db.Create(&[]models.ANote{{ID: 1}, {ID: 2}}).Error)
	require.NoError(t, db.Where("1 = 1").Delete(&models.ANote{}).Error)
	require.Equal(t, []string{"soft delete: a_notes 1,2"}, other.Told(t))
	require.Equal(t, []string{"soft delete: a_notes 1,2"}, w.Told(t))
}

// TestEventsWithoutAPrimaryKey says that a model that has none is told of, without keys.
func TestEventsWithoutAPrimaryKey(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watch.Watcher{}
		db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.Observe}}, &models.Keyless{})
		require.NoError(t, db.Create(&[]models.Keyless{{Name: "a"}, {Name: "a"}, {Name: "b"}}).Error)
		require.NoError(t, db.Where("name = 'a'").Delete(&models.Keyless{}).Error)
		require.NoError(t, softdelete.Restore(db.Where("name = 'a'"), &models.Keyless{}).Error)
		require.NoError(t, softdelete.ForceDelete(db.Where("name = 'a'"), &models.Keyless{}).Error)
		events := w.Take()
		require.Len(t, events, 3)
		for _, event := range events {
			require.EqualValues(t, 2, event.Rows)
			require.Equal(t, "keylesses", event.Table)
			require.ErrorIs(t, handles.Second(event.Keys()), gorm.ErrPrimaryKeyRequired)
		}
	})
}

// TestOmitEventKeys says that without keys the events are the same, and no statement is made for them.
func TestOmitEventKeys(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{OmitEventKeys: true})
		plain := open(t)
		require.NoError(t, plain.Use(softdelete.New(softdelete.Config{Models: testmodels.BlogModels})))
		log, plainLog := record.Record(t, db), record.Record(t, plain)
		run := func(db *gorm.DB, log *record.Statements) (all []string) {
			testmodels.FillBlog(t, db)
			log.Take()
			w.Take()
			// By a context that may end, under which one statement too is in a transaction.
			db = db.WithContext(t.Context())
			require.NoError(t, db.Delete(&testmodels.BlogComment{}, 3).Error)
			require.NoError(t, softdelete.Restore(db, &testmodels.BlogComment{ID: 3}).Error)
			require.NoError(t, db.Where("name = 'u'").Delete(&testmodels.BlogUser{}).Error)
			require.NoError(t, softdelete.Restore(db, &testmodels.BlogUser{ID: 1}).Error)
			require.NoError(t, softdelete.Purge(db, &testmodels.BlogUser{ID: 2}).Error)
			require.NoError(t, db.Unscoped().Delete(&testmodels.BlogComment{}, 3).Error)
			for _, statement := range log.Take() {
				if i := strings.Index(statement, "softdelete_"); i >= 0 && strings.Contains(statement, "SAVEPOINT") {
					statement = statement[:i]
				}
				all = append(all, statement)
			}
			return all
		}
		want := run(plain, plainLog)
		require.Equal(t, want, run(db, log))
		rows := map[string]int64{}
		for _, event := range w.Take() {
			require.ErrorIs(t, handles.Second(event.Keys()), gorm.ErrPrimaryKeyRequired)
			rows[fmt.Sprint(event.Operation, " ", event.Table)] += event.Rows
		}
		require.Equal(t, map[string]int64{
			"soft delete blog_comments": 8, "restore blog_comments": 4, "soft delete blog_users": 2, "soft delete blog_posts": 4,
			"soft delete blog_post_tags": 8, "restore blog_users": 1, "restore blog_posts": 2, "restore blog_post_tags": 4,
			"purge blog_users": 1, "purge blog_posts": 2, "purge blog_comments": 4, "purge blog_post_tags": 4, "purge blog_logins": 1,
			"force delete blog_comments": 1,
		}, rows)
	})
}

// TestEventFields says what an event knows beside the keys.
func TestEventFields(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		now := models.Past()
		config := testdb.Config()
		config.NowFunc = func() time.Time { return now }
		w := &watch.Watcher{}
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: testmodels.BlogModels, Observers: []softdelete.Observer{w.Observe}})))
		require.NoError(t, db.AutoMigrate(append([]any{&testmodels.BlogLogin{}, &models.AHooked{}, &models.AFlag{}, &models.ASecond{}}, testmodels.BlogModels...)...))
		refillBlog(t, db, w)
		now = models.Past()
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), 7), "spam")
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&testmodels.BlogUser{ID: 1}).Error)
		events := w.Take()
		require.Len(t, events, 4)
		list := map[string]reflect.Type{}
		for _, event := range events {
			require.Equal(t, softdelete.OpSoftDelete, event.Operation)
			require.Equal(t, d.ID, event.DeletionID)
			require.Equal(t, d.Rows[event.Table], event.Rows)
			require.Equal(t, 7, event.Actor, "as it was given")
			require.Equal(t, "spam", event.Reason)
			require.True(t, d.At.Equal(event.At), "%s, %s", d.At, event.At)
			list[event.Table] = event.Model
		}
		require.Equal(t, map[string]reflect.Type{
			"blog_users": reflect.TypeFor[testmodels.BlogUser](), "blog_posts": reflect.TypeFor[testmodels.BlogPost](),
			"blog_comments": reflect.TypeFor[testmodels.BlogComment](), "blog_post_tags": reflect.TypeFor[testmodels.BlogPostTag](),
		}, list)

		require.NoError(t, db.Delete(&testmodels.BlogTag{ID: 1}).Error)
		w.Take()
		for _, run := range []func(*gorm.DB) error{
			func(db *gorm.DB) error { return softdelete.Restore(db, &testmodels.BlogTag{ID: 1}).Error },
			func(db *gorm.DB) error { return softdelete.Purge(db, &testmodels.BlogUser{ID: 1}).Error },
			func(db *gorm.DB) error { return softdelete.ForceDelete(db, &testmodels.BlogUser{ID: 2}).Error },
			func(db *gorm.DB) error { return db.Unscoped().Delete(&testmodels.BlogTag{ID: 2}).Error },
		} {
			now = models.Past()
			ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "bob"), "why not")
			require.NoError(t, run(db.WithContext(ctx)))
			events := w.Take()
			require.NotEmpty(t, events)
			for _, event := range events {
				require.Equal(t, uuid.Nil, event.DeletionID, event.Operation)
				require.Equal(t, "bob", event.Actor, event.Operation)
				require.Equal(t, "why not", event.Reason, event.Operation)
				require.WithinDuration(t, now, event.At, time.Millisecond, "%s, by the handle's clock", event.Operation)
			}
		}
	})
}

// TestEventFieldsOfSomeDeletes says what is in an event where nothing was said, and where the model keeps less.
func TestEventFieldsOfSomeDeletes(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		now := models.Past()
		config := testdb.Config()
		config.NowFunc = func() time.Time { return now }
		w := &watch.Watcher{}
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Observers: []softdelete.Observer{w.Observe}})))
		require.NoError(t, db.AutoMigrate(&models.AHooked{}, &models.AFlag{}, &models.ASecond{}))
		one := func() softdelete.Event {
			t.Helper()
			events := w.Take()
			require.Len(t, events, 1)
			return events[0]
		}
		require.NoError(t, db.Create(&models.AFlag{ID: 1}).Error)
		require.NoError(t, db.Delete(&models.AFlag{ID: 1}).Error)
		event := one()
		require.Nil(t, event.Actor)
		require.Empty(t, event.Reason)
		require.Equal(t, uuid.Version(7), event.DeletionID.Version(), "the model has no column for it")
		require.WithinDuration(t, now, event.At, time.Second)
		require.False(t, event.Cascaded)

		require.NoError(t, db.Create(&models.ASecond{ID: 1}).Error)
		require.NoError(t, db.Delete(&models.ASecond{ID: 1}).Error)
		event = one()
		require.Equal(t, tables.Column[int64](t, db, "SELECT deleted_at FROM a_seconds"), []int64{event.At.Unix()})
		require.Zero(t, event.At.Nanosecond(), "as the row stores it")

		hooked := models.AHooked{ID: 1}
		require.NoError(t, db.Create(&hooked).Error)
		hooked.Run = func(hook string, h *models.AHooked, tx *gorm.DB) error {
			if hook == "BeforeDelete" {
				h.DeletedBy = tables.Ptr("the hook")
				tx.Statement.SetColumn("DeleteReason", "its reason")
			}
			return nil
		}
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "ana"), "spam")
		require.NoError(t, db.WithContext(ctx).Delete(&hooked).Error)
		event = one()
		require.Equal(t, "the hook", fmt.Sprint(reflect.Indirect(reflect.ValueOf(event.Actor))), "what BeforeDelete has set")
		require.Equal(t, "its reason", event.Reason)
		require.Equal(t, hooked.DeletionID.UUID, event.DeletionID)
		require.True(t, hooked.DeletedAt.Time.Equal(event.At))
	})
}
