package trash_test

import (
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestListItems says what an item tells, on every kind of marker.
func TestListItems(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		w.create(t, 1, 2, 3, 4)
		first := models.Past()
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), 12), "spam")
		ids := map[uint]map[string]uuid.UUID{
			3: w.trash(t, w.db.WithContext(ctx), first, 3),
			1: w.trash(t, w.db, first.Add(2*time.Hour), 1),
			2: w.trash(t, w.db.WithContext(ctx), first.Add(time.Hour), 2),
		}
		for name, kind := range w.kinds {
			items := models.ListAll(t, models.OpenTrash(t, w.db), softdelete.ListOptions{Models: []any{kind.make(0)}})
			order := []uint{1, 2, 3}
			if kind.step == 0 {
				order = []uint{3, 2, 1} // they keep no time: the greatest key first
			}
			require.Len(t, items, 3, name)
			for i, id := range order {
				at := first.Add(map[uint]time.Duration{1: 2 * time.Hour, 2: time.Hour}[id])
				item := items[i]
				require.Equal(t, kind.table, item.Table, name)
				require.Equal(t, kind.name(), item.Model, name)
				require.Equal(t, kind.key(id), item.Key, name)
				require.Equal(t, kind.stored(w.db, at), item.At.UTC(), "%s %d", name, id)
				by, reason, op := "", "", uuid.Nil
				if id != 1 && kind.by {
					by = "12"
				}
				if id != 1 && kind.reason {
					reason = "spam"
				}
				if kind.id {
					op = ids[id][name]
					require.NotEqual(t, uuid.Nil, op, name)
				}
				require.Equal(t, by, item.By, name)
				require.Equal(t, reason, item.Reason, name)
				require.Equal(t, op, item.DeletionID, name)
			}
		}
	})
}

// TestListAcrossModels says that the models are listed together, newest first, whatever their times are kept in; rows without
// a time come last.
func TestListAcrossModels(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		const rows = 7
		first := models.Past()
		for i := range uint(rows) {
			w.create(t, i+1)
			w.trash(t, w.db, first.Add(time.Duration(i)*330*time.Millisecond), i+1)
		}
		trash := models.OpenTrash(t, w.db)
		all := models.ListAll(t, trash, softdelete.ListOptions{Limit: 1000})
		require.Len(t, all, rows*len(w.kinds))
		timeless := false
		for i, item := range all {
			timeless = timeless || item.At.IsZero()
			require.Equal(t, timeless, item.At.IsZero(), "rows without a time come last")
			if i > 0 {
				require.False(t, item.At.After(all[i-1].At), "%v after %v", item, all[i-1])
			}
		}
		for _, limit := range []int{0, 1, 2, 5, len(all) - 1, len(all), len(all) + 1, math.MaxInt32, math.MaxInt} {
			require.Equal(t, itemNames(all), itemNames(models.ListAll(t, trash, softdelete.ListOptions{Limit: limit})), "pages of %d", limit)
		}
		page, err := trash.List(t.Context(), softdelete.ListOptions{})
		require.NoError(t, err)
		require.Len(t, page.Items, 50, "the default")
		page, err = trash.List(t.Context(), softdelete.ListOptions{Limit: len(all)})
		require.NoError(t, err)
		require.Empty(t, page.Next, "nothing comes after the last row")
	})
}

// TestListTies says that rows of one time are in an order too, so that pages part them.
func TestListTies(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		for i := range uint(9) {
			w.create(t, i+1)
		}
		at := models.Past().Truncate(time.Second)
		for i := range uint(9) {
			w.trash(t, w.db, at, i+1)
		}
		trash := models.OpenTrash(t, w.db)
		all := itemNames(models.ListAll(t, trash, softdelete.ListOptions{Limit: 1000}))
		require.Len(t, all, 9*len(w.kinds))
		for _, limit := range []int{1, 2, 4, 9, 10} {
			require.Equal(t, all, itemNames(models.ListAll(t, trash, softdelete.ListOptions{Limit: limit})), "pages of %d", limit)
		}
	})
}

// TestListFilters says which rows each option leaves.
func TestListFilters(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		w.create(t, 1, 2, 3)
		first := models.Past().Truncate(time.Second) // so that each kind keeps it as it is
		times := []time.Time{first, first.Add(time.Hour), first.Add(2 * time.Hour)}
		for i, at := range times {
			w.trash(t, w.db.WithContext(softdelete.WithActor(t.Context(), i%2+1)), at, uint(i+1))
		}
		trash := models.OpenTrash(t, w.db)
		rows := func(options softdelete.ListOptions, keep func(kind trashKind, id uint) bool) {
			t.Helper()
			want := []string{}
			for _, kind := range w.kinds {
				for id := range uint(3) {
					if keep(kind, id+1) {
						want = append(want, itemName(softdelete.Item{Table: kind.table, Key: kind.key(id + 1)}))
					}
				}
			}
			require.NotEmpty(t, want)
			require.ElementsMatch(t, want, itemNames(models.ListAll(t, trash, options)))
			options.Limit = 2
			require.ElementsMatch(t, want, itemNames(models.ListAll(t, trash, options)))
		}
		rows(softdelete.ListOptions{}, func(trashKind, uint) bool { return true })
		rows(softdelete.ListOptions{Actor: 2}, func(k trashKind, id uint) bool { return k.by && id == 2 })
		rows(softdelete.ListOptions{Actor: "1"}, func(k trashKind, id uint) bool { return k.by && id != 2 })
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("east", 19800), time.FixedZone("west", -9000)} {
			rows(softdelete.ListOptions{Since: times[1].In(zone)}, func(k trashKind, id uint) bool { return k.step != 0 && id >= 2 })
			rows(softdelete.ListOptions{Until: times[1].In(zone)}, func(k trashKind, id uint) bool { return k.step != 0 && id == 1 })
			rows(softdelete.ListOptions{Since: times[0].Add(1).In(zone), Until: times[1].Add(1).In(zone)}, func(k trashKind, id uint) bool { return k.step != 0 && id == 2 })
			rows(softdelete.ListOptions{Since: times[1].In(zone), Until: times[2].In(zone), Actor: 2}, func(k trashKind, id uint) bool { return k.by && id == 2 })
		}
		rows(softdelete.ListOptions{Since: time.Date(1, 2, 3, 0, 0, 0, 0, time.UTC), Until: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)},
			func(k trashKind, _ uint) bool { return k.step != 0 })
		rows(softdelete.ListOptions{Models: []any{&models.ANano{}, models.APair{}, &[]models.AFlag{}}}, func(k trashKind, _ uint) bool {
			return slices.Contains([]string{"ANano", "APair", "AFlag"}, k.name())
		})
		rows(softdelete.ListOptions{Models: []any{&models.ATracked{}, &models.ANano{}}, Actor: 1}, func(k trashKind, id uint) bool { return k.name() == "ATracked" && id != 2 })
		page, err := trash.List(t.Context(), softdelete.ListOptions{Since: times[2], Until: times[1]})
		require.NoError(t, err)
		require.Empty(t, page.Items)
		require.Empty(t, page.Next)
		page, err = trash.List(t.Context(), softdelete.ListOptions{Actor: 3})
		require.NoError(t, err)
		require.Empty(t, page.Items, "nobody of that name")
	})
}

// TestListOptionErrors says which options are errors.
func TestListOptionErrors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		w.create(t, 1, 2, 3)
		w.trash(t, w.db, models.Past(), 1)
		w.trash(t, w.db, models.Past(), 2)
		trash := models.OpenTrash(t, w.db)
		page, err := trash.List(t.Context(), softdelete.ListOptions{Limit: 1})
		require.NoError(t, err)
		deletions, err := trash.Deletions(t.Context(), softdelete.ListOptions{Limit: 1})
		require.NoError(t, err)
		require.NotEmpty(t, deletions.Next)
		broken := []string{
			"x", " ", "\x00", "e30", page.Next + "x", page.Next[:len(page.Next)-3], strings.ToUpper(page.Next), page.Next + page.Next,
			base64.RawURLEncoding.EncodeToString([]byte(`{"Table":"nowhere","Key":[1]}`)), base64.RawURLEncoding.EncodeToString([]byte(`null`)),
			base64.RawURLEncoding.EncodeToString([]byte(`{"Table":"a_pairs","Key":[1]}`)), base64.RawURLEncoding.EncodeToString([]byte(`{"Table":"a_flags","Key":["a"]}`)),
		}
		for _, forged := range []string{ // which nobody but a visitor of a page would make
			`{"At":"9999-12-31T23:59:59-14:00","Table":"a_stampeds","Key":[1]}`, `{"At":"0000-01-01T00:00:00Z","Table":"a_stampeds","Key":[1]}`,
			`{"At":"9999-12-31T23:59:59-14:00","ID":"01a224de-f750-751e-83e2-18d744caf9b4"}`, `{"At":"0001-01-01T00:00:00+14:00","ID":"01a224de-f750-751e-83e2-18d744caf9b4"}`,
		} {
			broken = append(broken, base64.RawURLEncoding.EncodeToString([]byte(forged)))
		}
		for _, options := range []softdelete.ListOptions{{Limit: -1}, {Limit: math.MinInt}} {
			require.ErrorIs(t, handles.Second(trash.List(t.Context(), options)), gorm.ErrInvalidValue)
			require.ErrorIs(t, handles.Second(trash.Deletions(t.Context(), options)), gorm.ErrInvalidValue)
		}
		for _, after := range broken {
			require.ErrorIs(t, handles.Second(trash.List(t.Context(), softdelete.ListOptions{After: after})), gorm.ErrInvalidValue, after)
			if after != "e30" {
				require.ErrorIs(t, handles.Second(trash.Deletions(t.Context(), softdelete.ListOptions{After: after})), gorm.ErrInvalidValue, after)
			}
		}
		require.ErrorIs(t, handles.Second(trash.List(t.Context(), softdelete.ListOptions{After: deletions.Next})), gorm.ErrInvalidValue, "the Next of another listing")
		require.ErrorIs(t, handles.Second(trash.Deletions(t.Context(), softdelete.ListOptions{After: page.Next})), gorm.ErrInvalidValue, "the Next of another listing")

		var actor *softdelete.ActorError
		require.ErrorAs(t, handles.Second(trash.List(t.Context(), softdelete.ListOptions{Models: []any{&trashNumbered{}}, Actor: "ana"})), &actor)
		require.ErrorAs(t, handles.Second(trash.Deletions(t.Context(), softdelete.ListOptions{Models: []any{&trashNumbered{}}, Actor: "ana"})), &actor)
		var model *softdelete.ModelError
		require.ErrorAs(t, handles.Second(trash.List(t.Context(), softdelete.ListOptions{Models: []any{&models.AFlag{}}, Actor: 1})), &model)
		require.ErrorAs(t, handles.Second(trash.Deletions(t.Context(), softdelete.ListOptions{Models: []any{&trashBytes{}}, Actor: 1})), &model)
		some := models.OpenTrash(t, w.db, &models.AFlag{}, &models.ANano{})
		require.ErrorIs(t, handles.Second(some.List(t.Context(), softdelete.ListOptions{Models: []any{&models.ATracked{}}})), gorm.ErrInvalidValue)
		require.ErrorIs(t, handles.Second(some.RestoreAll(t.Context(), &models.ATracked{})), gorm.ErrInvalidValue)

		none := handles.WithPlugin(t, open, softdelete.Config{}, &models.Keyless{})
		require.ErrorAs(t, handles.Second(models.OpenTrash(t, none, &models.Keyless{}).List(t.Context(), softdelete.ListOptions{})), &model, "it has no primary key")
	})
}

// TestItemLoad says that an item is loaded as its model's struct while it is in the trash.
func TestItemLoad(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		w.create(t, 1, 2)
		w.trash(t, w.db, models.Past(), 1)
		w.trash(t, w.db, models.Past(), 2)
		items := models.ListAll(t, models.OpenTrash(t, w.db), softdelete.ListOptions{})
		require.Len(t, items, 2*len(w.kinds))
		for _, item := range items {
			row, err := item.Load(t.Context())
			require.NoError(t, err, itemName(item))
			want := tables.NewLike(row)
			require.NoError(t, w.db.Unscoped().Where(keyOf(t, w.db, item)).Take(want).Error)
			require.Equal(t, want, row)
			require.Equal(t, item.Model, reflect.TypeOf(row).Elem().Name())
			trashed, err := softdelete.IsTrashed(w.db, row)
			require.NoError(t, err)
			require.True(t, trashed, itemName(item))
			if fmt.Sprint(item.Key) == fmt.Sprint(w.kindOf(item).key(1)) {
				require.EqualValues(t, 1, softdelete.Restore(w.db, row).RowsAffected, itemName(item))
			} else {
				require.EqualValues(t, 1, softdelete.Purge(w.db, row).RowsAffected, itemName(item))
			}
			_, err = item.Load(t.Context())
			require.ErrorIs(t, err, softdelete.ErrNotFound, "%s is not in the trash any more", itemName(item))
			require.ErrorIs(t, err, gorm.ErrRecordNotFound)
			require.ErrorIs(t, handles.Second(item.Load(ended(t))), ended(t).Err())
		}
	})
}

// TestListKeepsConditions says that conditions of the handle stay in force on every table.
func TestListKeepsConditions(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		models.TheNotes(t, db) // trashed are x of tenant one, and y of tenant two
		for _, tenant := range []*gorm.DB{db.Where("tenant = ?", "two"), db.Where("tenant = ?", "two").Session(&gorm.Session{})} {
			trash := models.OpenTrash(t, tenant, &models.ANote{})
			for range 2 {
				stats, err := trash.Stats(t.Context())
				require.NoError(t, err)
				require.EqualValues(t, 1, stats[0].Trashed)
				items := models.ListAll(t, trash, softdelete.ListOptions{Limit: 1})
				require.Equal(t, []string{"a_notes 6"}, itemNames(items))
				row, err := items[0].Load(t.Context())
				require.NoError(t, err)
				require.Equal(t, "y", row.(*models.ANote).Title)
				page, err := trash.Deletions(t.Context(), softdelete.ListOptions{})
				require.NoError(t, err)
				require.Len(t, page.Items, 1)
				require.Equal(t, items[0].DeletionID, page.Items[0].ID)
			}
		}
		trash := models.OpenTrash(t, db.Where("tenant = ?", "two"), &models.ANote{})
		n, err := trash.RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		require.Equal(t, []string{"x"}, models.TrashedNotes(t, db))
		require.ErrorIs(t, handles.Second(trash.Undo(t.Context(), models.ListAll(t, models.OpenTrash(t, db), softdelete.ListOptions{})[0].DeletionID)), softdelete.ErrNotFound)
		require.Equal(t, []string{"x"}, models.TrashedNotes(t, db), "of another tenant")
	})
}

// TestListInATransaction says that a trash that was opened on a transaction is of that.
func TestListInATransaction(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		notes := models.TheNotes(t, db)
		require.ErrorIs(t, db.Transaction(func(tx *gorm.DB) error {
			require.NoError(t, tx.Delete(notes["a"]).Error)
			trash := models.OpenTrash(t, tx)
			require.Equal(t, []string{"a_notes 1", "a_notes 6", "a_notes 5"}, itemNames(models.ListAll(t, trash, softdelete.ListOptions{})))
			n, err := trash.RestoreAll(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 3, n)
			return failing.ErrHook
		}), failing.ErrHook)
		require.Equal(t, []string{"x", "y"}, models.TrashedNotes(t, db))
	})
}

// TestListAfterForged says that a place with a key that the database cannot have is no failure of the database's.
func TestListAfterForged(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AStamped{}, &models.APair{})
		trash := models.OpenTrash(t, db)
		for _, forged := range []string{
			`{"At":"2026-03-13T12:00:00Z","Table":"a_stampeds","Key":[18446744073709551615]}`, `{"Table":"a_stampeds","Key":[9223372036854775808]}`,
			`{"At":"2026-03-13T12:00:00Z","Table":"a_pairs","Key":[1,"AAAA"]}`, `{"At":"2026-03-13T12:00:00Z","Table":"a_pairs","Key":[1,"/w=="]}`,
		} {
			_, err := trash.List(t.Context(), softdelete.ListOptions{After: base64.RawURLEncoding.EncodeToString([]byte(forged))})
			if err != nil {
				require.ErrorIs(t, err, gorm.ErrInvalidValue, forged)
			}
		}
	})
}
