package trash_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"
	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// pagedKinds make rows that are in the trash since a time, each at what it can keep of that. The last ones keep none.
func pagedKinds() []func(id uint, at time.Time) any {
	gone := func(at time.Time) softdelete.Timestamp {
		return softdelete.Timestamp{DeletedAt: gorm.DeletedAt{Time: at, Valid: true}}
	}
	return []func(id uint, at time.Time) any{
		func(id uint, at time.Time) any { return &models.AStamped{ID: id, Timestamp: gone(at)} },
		func(id uint, at time.Time) any {
			return &models.APair{Left: int(id % 3), Right: fmt.Sprint(id), Timestamp: gone(at)}
		},
		func(id uint, at time.Time) any {
			return &models.ASecond{ID: id, DeletedAt: soft_delete.DeletedAt(at.Unix())} //nolint:gosec // a time after 1970
		},
		func(id uint, at time.Time) any {
			return &models.AMilli{ID: id, DeletedAt: soft_delete.DeletedAt(at.UnixMilli())} //nolint:gosec // a time after 1970
		},
		func(id uint, at time.Time) any {
			return &models.ANano{ID: id, DeletedAt: tables.Ptr(soft_delete.DeletedAt(at.UnixNano()))} //nolint:gosec // a time after 1970
		},
		func(id uint, at time.Time) any {
			return &models.AFlagged{ID: id, Flagged: softdelete.Flagged{IsDeleted: true}, At: &at}
		},
		func(id uint, _ time.Time) any {
			return &models.AFlagged{ID: id, Flagged: softdelete.Flagged{IsDeleted: true}}
		},
		func(id uint, _ time.Time) any { return &models.AFlag{ID: id, IsDel: 1} },
	}
}

var pagedModels = []any{&models.AStamped{}, &models.APair{}, &models.ASecond{}, &models.AMilli{}, &models.ANano{}, &models.AFlagged{}, &models.AFlag{}}

// pagedRun is a trash that changes while it is listed.
type pagedRun struct {
	t      *rapid.T
	db     *gorm.DB
	tables map[reflect.Type]string
	rows   map[string]any // what is in the trash
	last   uint
}

// add puts a row into the trash that was not there before, at a time of which few are different.
func (r *pagedRun) add() string {
	r.last++
	start := time.Date(2024, 2, 29, 23, 59, 58, 0, time.UTC)
	steps := []time.Duration{0, time.Nanosecond, time.Microsecond, time.Millisecond, 999 * time.Millisecond, time.Second, time.Second + time.Microsecond, time.Hour}
	at := start.Add(rapid.SampledFrom(steps).Draw(r.t, "after"))
	row := rapid.SampledFrom(pagedKinds()).Draw(r.t, "kind")(r.last, at)
	require.NoError(r.t, r.db.Create(row).Error)
	name := r.nameOf(row)
	r.rows[name] = row
	return name
}

func (r *pagedRun) nameOf(row any) string {
	key := fmt.Sprint(r.last)
	if pair, ok := row.(*models.APair); ok {
		key = fmt.Sprint(pair.Left, "/", pair.Right)
	}
	return r.tables[reflect.TypeOf(row)] + " " + key
}

// remove takes a row out of the trash, and returns its name.
func (r *pagedRun) remove() string {
	if len(r.rows) == 0 {
		return ""
	}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(r.rows))).Draw(r.t, "row")
	verb := softdelete.Restore
	if rapid.Bool().Draw(r.t, "purge") {
		verb = softdelete.Purge
	}
	tx := verb(r.db, r.rows[name])
	require.NoError(r.t, tx.Error)
	require.EqualValues(r.t, 1, tx.RowsAffected)
	delete(r.rows, name)
	return name
}

// TestPagesWhileRowsComeAndGo says that no row is listed twice, and that none is left out that was there all along.
func TestPagesWhileRowsComeAndGo(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, pagedModels...)
		trash := models.OpenTrash(t, db, pagedModels...)
		names := map[reflect.Type]string{}
		for _, model := range pagedModels {
			names[reflect.TypeOf(model)] = tables.TableOf(t, db, model)
		}
		rapid.Check(t, func(t *rapid.T) {
			for _, table := range names {
				require.NoError(t, db.Exec("DELETE FROM "+table).Error)
			}
			r := &pagedRun{t: t, db: db, tables: names, rows: map[string]any{}}
			for range rapid.IntRange(0, 12).Draw(t, "rows") {
				r.add()
			}
			always := maps.Clone(r.rows) // those that stay all along
			known := maps.Clone(r.rows)
			changes := rapid.IntRange(0, 3).Draw(t, "changes between pages")
			options := softdelete.ListOptions{Limit: rapid.IntRange(1, 5).Draw(t, "limit")}
			var items []softdelete.Item
			for pages := 0; ; pages++ {
				require.Less(t, pages, 200, "it comes to an end")
				page, err := trash.List(t.Context(), options)
				require.NoError(t, err)
				items = append(items, page.Items...)
				if page.Next == "" {
					break
				}
				require.Len(t, page.Items, options.Limit)
				options.After, err = page.Items[len(page.Items)-1].After()
				require.NoError(t, err)
				require.Equal(t, page.Next, options.After)
				for range min(changes, 60-len(known)) {
					if rapid.Bool().Draw(t, "add") {
						known[r.add()] = nil
					} else {
						delete(always, r.remove())
					}
				}
			}
			seen := map[string]bool{}
			for i, item := range items {
				name := itemName(item)
				require.False(t, seen[name], "%s is listed twice", name)
				require.Contains(t, known, name)
				seen[name] = true
				if i > 0 && !item.At.IsZero() {
					require.False(t, items[i-1].At.IsZero(), "rows without a time come last")
					require.False(t, item.At.After(items[i-1].At), "newest first: %s, %s after %s", name, item.At, items[i-1].At)
				}
			}
			for name := range always {
				require.True(t, seen[name], "%s was there all along", name)
			}
		})
	})
}
