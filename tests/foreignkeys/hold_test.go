package foreignkeys_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// held are live rows below folder 1: the statement that makes one live, and how the error names what it hangs by.
var held = map[string]struct{ live, model, relation string }{
	"a row under CASCADE":             {"UPDATE papers SET deleted_at = NULL WHERE id = 1", "Folder", "papers(folder_id)"},
	"a row below a table of no model": {"UPDATE sheets SET deleted_at = NULL WHERE id = 1", "boxes", "sheets(box_id)"},
	"a row under two columns":         {"UPDATE drawers SET deleted_at = NULL WHERE id = 1", "Folder", "drawers(tenant, folder_code)"},
	"a row under SET NULL":            {"UPDATE cards SET deleted_at = NULL WHERE id = 1", "Folder", "cards(folder_id)"},
	"a row of the same table":         {"UPDATE folders SET deleted_at = NULL WHERE id = 11", "Folder", "folders(parent_id)"},
}

// TestALiveRowHolds says that no purge takes a live row along, nor parts it from what it hangs on, that only the database would.
func TestALiveRowHolds(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		for what, h := range held {
			// Each on the same tables: nothing changes.
			require.NoError(t, open(t).Exec(h.live).Error)
			before := contents(t, open(t))
			for kind, handle := range handles {
				for way, remove := range removals {
					db := handle(t, open, softdelete.Config{})
					rows, err := remove(db)
					require.ErrorIs(t, err, softdelete.ErrRestricted, "%s, %s, %s", what, kind, way)
					var restricted *softdelete.RestrictError
					require.ErrorAs(t, err, &restricted)
					require.Equal(t, softdelete.RestrictError{Model: h.model, Relation: h.relation, Count: 1}, *restricted, "%s, %s, %s", what, kind, way)
					require.Empty(t, rows)
					require.Equal(t, before, contents(t, db), "%s, %s, %s", what, kind, way)
					if kind == "the caller's transaction" {
						require.NoError(t, db.Rollback().Error)
					}
				}
			}
			plan, err := softdelete.Preview(use(t, open, softdelete.Config{}), softdelete.OpPurge, &Folder{ID: 1})
			require.NoError(t, err)
			require.Equal(t, []softdelete.RestrictError{{Model: h.model, Relation: h.relation, Count: 1}}, plan.Restricted)
			report, err := softdelete.Of[Folder](use(t, open, softdelete.Config{})).Where("id = ?", 1).
				Empty(context.Background(), softdelete.EmptyOptions{All: true, DryRun: true})
			require.NoError(t, err)
			require.Len(t, report.Failed, 1)
			require.ErrorIs(t, report.Failed[0], softdelete.ErrRestricted)
			require.Equal(t, before, contents(t, open(t)))
			back := "UPDATE folders SET deleted_at = '2024-01-02 03:04:05' WHERE id IN (1, 11)"
			for _, table := range []string{"papers", "sheets", "drawers", "cards"} {
				back += ";UPDATE " + table + " SET deleted_at = '2024-01-02 03:04:05' WHERE id = 1"
			}
			run(t, open(t), back)
		}
	})
}

// along is what goes with folder 1.
var along = map[string]int64{"folders": 2, "papers": 1, "boxes": 1, "sheets": 1, "drawers": 1, "notes": 1}

// told keeps the events of an operation.
type told struct {
	rows, cascaded map[string]int64
	keys           map[string][]any
	models         map[string]string
}

func (o *told) observe(_ context.Context, _ *gorm.DB, e softdelete.Event) error {
	if o.rows == nil {
		o.rows, o.cascaded, o.keys, o.models = map[string]int64{}, map[string]int64{}, map[string][]any{}, map[string]string{}
	}
	o.rows[e.Table] += e.Rows
	if e.Cascaded {
		o.cascaded[e.Table] += e.Rows
	}
	keys, err := e.Keys()
	o.keys[e.Table] = append(o.keys[e.Table], keys...)
	if e.Model != nil {
		o.models[e.Table] = e.Model.Name()
	}
	return err
}

// TestWhatGoesAlongIsCounted says that reports, previews and observers know the rows that the database would take.
func TestWhatGoesAlongIsCounted(t *testing.T) {
	t.Parallel()
	for way, remove := range removals {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				build(t, open)
				plan, err := softdelete.Preview(use(t, open, softdelete.Config{}), softdelete.OpPurge, &Folder{ID: 1})
				require.NoError(t, err)
				require.Equal(t, along, plan.Rows)
				require.Empty(t, plan.Restricted)
				for kind, handle := range handles {
					for _, observed := range []bool{false, true} {
						var heard told
						config := softdelete.Config{}
						if observed {
							config.Observers = []softdelete.Observer{heard.observe}
						}
						db := handle(t, open, config)
						tx := db
						if kind != "the caller's transaction" {
							// Each on the same tables.
							tx = db.Begin()
							require.NoError(t, tx.Error)
						}
						rows, err := remove(tx)
						require.NoError(t, err)
						if rows != nil {
							require.Equal(t, along, rows, kind)
						}
						if observed {
							require.Equal(t, along, heard.rows)
							require.Equal(t, map[string]int64{"folders": 1, "papers": 1, "boxes": 1, "sheets": 1, "drawers": 1, "notes": 1}, heard.cascaded)
							for table, n := range along {
								require.Len(t, heard.keys[table], int(n), table)
							}
							require.Equal(t, []any{int64(1)}, heard.keys["papers"])
							require.EqualValues(t, "1", asText(heard.keys["boxes"][0]))
							require.Equal(t, map[string]string{"folders": "Folder", "papers": "Paper", "sheets": "Sheet", "drawers": "Drawer", "notes": "Note"}, heard.models)
						}
						for _, table := range tables[:7] {
							switch table {
							case "folders":
								require.Equal(t, []int64{2, 12}, ids(t, tx, table))
							case "cards":
								require.Equal(t, []int64{1, 2}, ids(t, tx, table), "a trashed row under SET NULL stays")
							default:
								require.Equal(t, []int64{2}, ids(t, tx, table), table)
							}
						}
						require.NoError(t, tx.Rollback().Error)
					}
				}
			})
		})
	}
}

// TestForceDelete says that it takes live rows too, and has the database do what it does about those under SET NULL.
func TestForceDelete(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		for _, id := range []int64{2, 1} {
			var heard told
			db := use(t, open, softdelete.Config{Observers: []softdelete.Observer{heard.observe}})
			plan, err := softdelete.Preview(db, softdelete.OpForceDelete, &Folder{ID: id})
			require.NoError(t, err)
			require.Equal(t, along, plan.Rows)
			require.Empty(t, plan.Restricted)
			tx := softdelete.ForceDelete(db, &Folder{ID: id})
			require.NoError(t, tx.Error)
			require.EqualValues(t, 1, tx.RowsAffected)
			require.Equal(t, along, heard.rows)
		}
		for _, table := range tables[:7] {
			if table != "cards" {
				require.Empty(t, ids(t, open(t), table), table)
			}
		}
		var none int64
		require.NoError(t, open(t).Table("cards").Where("folder_id IS NULL").Count(&none).Error)
		require.EqualValues(t, 2, none)
	})
}

// TestEmptyTheWholeTrash says that it goes children first, counts each row once, and by whatever batches.
func TestEmptyTheWholeTrash(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		all := map[string]int64{"folders": 2, "papers": 1, "boxes": 1, "sheets": 1, "drawers": 1, "notes": 1, "cards": 1, "lones": 1}
		for _, options := range []softdelete.EmptyOptions{
			{All: true, DryRun: true}, {All: true, DryRun: true, BatchSize: 1}, {All: true, Hooks: true}, {All: true, BatchSize: 1}, {All: true},
		} {
			tx := use(t, open, softdelete.Config{}).Begin()
			trash, err := softdelete.OpenTrash(tx)
			require.NoError(t, err)
			report, err := trash.Empty(context.Background(), options)
			require.NoError(t, err)
			require.Empty(t, report.Failed)
			require.Equal(t, all, report.Rows, "%+v", options)
			require.NoError(t, tx.Rollback().Error)
		}
	})
}

// TestUnscopedDeleteIsGORMs says that db.Unscoped().Delete stays one statement of GORM's, which the database cascades from.
func TestUnscopedDeleteIsGORMs(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		var heard told
		l, config := logged()
		db := use(t, open, softdelete.Config{Observers: []softdelete.Observer{heard.observe}, OmitEventKeys: false}, config)
		tx := db.Unscoped().Delete(&Folder{ID: 2})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Zero(t, catalogue(l.take()))
		require.Equal(t, map[string]int64{"folders": 1}, heard.rows)
		require.Equal(t, []int64{1}, ids(t, db, "papers"))
	})
}
