package softdelete_test

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
)

// aCode is a key of a type of its own.
type aCode string

// These have keys of several types.
type (
	keyText struct {
		Code aCode `gorm:"primaryKey"`
		softdelete.Timestamp
	}
	keyUUID struct {
		ID uuid.UUID `gorm:"primaryKey;type:uuid"`
		softdelete.Tracked
	}
	keyInt32 struct {
		ID int32 `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Flagged
	}
	keyBytes struct {
		Hash []byte `gorm:"primaryKey;size:3000"`
		softdelete.Tracked
	}
	keyTime struct {
		At time.Time `gorm:"primaryKey"`
		softdelete.Timestamp
	}
	keyFlag struct {
		On bool `gorm:"primaryKey"`
		softdelete.Timestamp
	}
	keyColumn struct {
		Number uint64 `gorm:"primaryKey;column:no;autoIncrement:false"`
		softdelete.Timestamp
	}
	// keyless has no primary key.
	keyless struct {
		Name string
		softdelete.Timestamp
	}
	keyParent struct {
		A        int16      `gorm:"primaryKey;autoIncrement:false"`
		B        string     `gorm:"primaryKey"`
		Children []keyChild `gorm:"foreignKey:A,B;references:A,B" softdelete:"cascade"`
		softdelete.Tracked
	}
	keyChild struct {
		B  string `gorm:"primaryKey"`
		A  int16  `gorm:"primaryKey;autoIncrement:false"`
		No uint8  `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Tracked
	}
)

// TestEventKeys says that keys are of the types of the model's fields, and in their order, for each operation.
func TestEventKeys(t *testing.T) {
	t.Parallel()
	id, day := uuid.MustParse("018f4e5a-0000-7000-8000-00000000000a"), time.Date(2024, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		needsUUIDs(t, open)
		w := &watcher{}
		db := withPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.observe}},
			&keyText{}, &keyUUID{}, &keyInt32{}, &keyBytes{}, &keyTime{}, &keyFlag{}, &keyColumn{}, &aPair{}, &aNote{})
		for _, test := range []struct{ row, want any }{
			{&aNote{ID: 7}, uint(7)},
			{&keyText{Code: "a'b"}, aCode("a'b")},
			{&keyUUID{ID: id}, id},
			{&keyInt32{ID: -3}, int32(-3)},
			{&keyColumn{Number: 1 << 40}, uint64(1 << 40)},
			{&keyBytes{Hash: []byte{1, 0, 255}}, []byte{1, 0, 255}},
			{&keyTime{At: day}, day},
			{&keyFlag{On: true}, true},
			{&aPair{Left: 2, Right: "r"}, []any{2, "r"}},
		} {
			requireKey := func(what string) {
				t.Helper()
				events := w.take()
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
			require.NoError(t, db.Where("1 = 1").Delete(newLike(test.row)).Error)
			requireKey("delete with conditions")
			require.NoError(t, softdelete.Restore(db.Where("1 = 1"), newLike(test.row)).Error)
			requireKey("restore with conditions")
			require.NoError(t, db.Delete(test.row).Error)
			w.take()
			require.NoError(t, softdelete.Purge(db.Where("1 = 1"), newLike(test.row)).Error)
			requireKey("purge")
			require.NoError(t, db.Create(test.row).Error)
			require.NoError(t, softdelete.ForceDelete(db, test.row).Error)
			requireKey("force delete")
			require.NoError(t, db.Create(test.row).Error)
			require.NoError(t, db.Unscoped().Where("1 = 1").Delete(newLike(test.row)).Error)
			requireKey("Unscoped delete")
		}
	})
}

// TestEventKeysOfCompositeCascades says the same of rows that are taken along.
func TestEventKeysOfCompositeCascades(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watcher{}
		db := withPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.observe}}, &keyParent{}, &keyChild{})
		require.NoError(t, db.Create(&keyParent{A: 1, B: "x", Children: []keyChild{{No: 1}, {No: 2}}}).Error)
		require.NoError(t, db.Create(&keyParent{A: 1, B: "y", Children: []keyChild{{No: 1}}}).Error)
		requireKeys := func() {
			t.Helper()
			seen := map[string][]any{}
			for _, event := range w.take() {
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
	w := &watcher{react: func(_ *gorm.DB, event softdelete.Event) error {
		keys, err := event.Keys()
		clear(keys)
		return err
	}}
	other := &watcher{}
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Observers: []softdelete.Observer{w.observe, other.observe}})))
	require.NoError(t, db.AutoMigrate(&aNote{}))
	require.NoError(t, db.Create(&[]aNote{{ID: 1}, {ID: 2}}).Error)
	require.NoError(t, db.Where("1 = 1").Delete(&aNote{}).Error)
	require.Equal(t, []string{"soft delete: a_notes 1,2"}, other.told(t))
	require.Equal(t, []string{"soft delete: a_notes 1,2"}, w.told(t))
}

// TestEventsWithoutAPrimaryKey says that a model that has none is told of, without keys.
func TestEventsWithoutAPrimaryKey(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watcher{}
		db := withPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.observe}}, &keyless{})
		require.NoError(t, db.Create(&[]keyless{{Name: "a"}, {Name: "a"}, {Name: "b"}}).Error)
		require.NoError(t, db.Where("name = 'a'").Delete(&keyless{}).Error)
		require.NoError(t, softdelete.Restore(db.Where("name = 'a'"), &keyless{}).Error)
		require.NoError(t, softdelete.ForceDelete(db.Where("name = 'a'"), &keyless{}).Error)
		events := w.take()
		require.Len(t, events, 3)
		for _, event := range events {
			require.EqualValues(t, 2, event.Rows)
			require.Equal(t, "keylesses", event.Table)
			require.ErrorIs(t, second(event.Keys()), gorm.ErrPrimaryKeyRequired)
		}
	})
}

// TestOmitEventKeys says that without keys the events are the same, and no statement is made for them.
func TestOmitEventKeys(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{OmitEventKeys: true})
		plain := open(t)
		require.NoError(t, plain.Use(softdelete.New(softdelete.Config{Models: blogModels})))
		log, plainLog := record(t, db), record(t, plain)
		run := func(db *gorm.DB, log *statements) (all []string) {
			fillBlog(t, db)
			log.take()
			w.take()
			require.NoError(t, db.Delete(&blogComment{}, 3).Error)
			require.NoError(t, softdelete.Restore(db, &blogComment{ID: 3}).Error)
			require.NoError(t, db.Where("name = 'u'").Delete(&blogUser{}).Error)
			require.NoError(t, softdelete.Restore(db, &blogUser{ID: 1}).Error)
			require.NoError(t, softdelete.Purge(db, &blogUser{ID: 2}).Error)
			require.NoError(t, db.Unscoped().Delete(&blogComment{}, 3).Error)
			for _, statement := range log.take() {
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
		for _, event := range w.take() {
			require.ErrorIs(t, second(event.Keys()), gorm.ErrPrimaryKeyRequired)
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
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		now := past()
		config := testdb.Config()
		config.NowFunc = func() time.Time { return now }
		w := &watcher{}
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: blogModels, Observers: []softdelete.Observer{w.observe}})))
		require.NoError(t, db.AutoMigrate(append([]any{&blogLogin{}, &aHooked{}, &aFlag{}, &aSecond{}}, blogModels...)...))
		refillBlog(t, db, w)
		now = past()
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), 7), "spam")
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&blogUser{ID: 1}).Error)
		events := w.take()
		require.Len(t, events, 4)
		models := map[string]reflect.Type{}
		for _, event := range events {
			require.Equal(t, softdelete.OpSoftDelete, event.Operation)
			require.Equal(t, d.ID, event.DeletionID)
			require.Equal(t, d.Rows[event.Table], event.Rows)
			require.Equal(t, 7, event.Actor, "as it was given")
			require.Equal(t, "spam", event.Reason)
			require.True(t, d.At.Equal(event.At), "%s, %s", d.At, event.At)
			models[event.Table] = event.Model
		}
		require.Equal(t, map[string]reflect.Type{
			"blog_users": reflect.TypeFor[blogUser](), "blog_posts": reflect.TypeFor[blogPost](),
			"blog_comments": reflect.TypeFor[blogComment](), "blog_post_tags": reflect.TypeFor[blogPostTag](),
		}, models)

		require.NoError(t, db.Delete(&blogTag{ID: 1}).Error)
		w.take()
		for _, run := range []func(*gorm.DB) error{
			func(db *gorm.DB) error { return softdelete.Restore(db, &blogTag{ID: 1}).Error },
			func(db *gorm.DB) error { return softdelete.Purge(db, &blogUser{ID: 1}).Error },
			func(db *gorm.DB) error { return softdelete.ForceDelete(db, &blogUser{ID: 2}).Error },
			func(db *gorm.DB) error { return db.Unscoped().Delete(&blogTag{ID: 2}).Error },
		} {
			now = past()
			ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "bob"), "why not")
			require.NoError(t, run(db.WithContext(ctx)))
			events := w.take()
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
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		now := past()
		config := testdb.Config()
		config.NowFunc = func() time.Time { return now }
		w := &watcher{}
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Observers: []softdelete.Observer{w.observe}})))
		require.NoError(t, db.AutoMigrate(&aHooked{}, &aFlag{}, &aSecond{}))
		one := func() softdelete.Event {
			t.Helper()
			events := w.take()
			require.Len(t, events, 1)
			return events[0]
		}
		require.NoError(t, db.Create(&aFlag{ID: 1}).Error)
		require.NoError(t, db.Delete(&aFlag{ID: 1}).Error)
		event := one()
		require.Nil(t, event.Actor)
		require.Empty(t, event.Reason)
		require.Equal(t, uuid.Version(7), event.DeletionID.Version(), "the model has no column for it")
		require.WithinDuration(t, now, event.At, time.Second)
		require.False(t, event.Cascaded)

		require.NoError(t, db.Create(&aSecond{ID: 1}).Error)
		require.NoError(t, db.Delete(&aSecond{ID: 1}).Error)
		event = one()
		require.Equal(t, column[int64](t, db, "SELECT deleted_at FROM a_seconds"), []int64{event.At.Unix()})
		require.Zero(t, event.At.Nanosecond(), "as the row stores it")

		hooked := aHooked{ID: 1}
		require.NoError(t, db.Create(&hooked).Error)
		hooked.Run = func(hook string, h *aHooked, tx *gorm.DB) error {
			if hook == "BeforeDelete" {
				h.DeletedBy = ptr("the hook")
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
