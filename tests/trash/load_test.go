package trash_test

import (
	"reflect"
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
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestManyItemsByEachKey says that many items are found and loaded at once, by whatever forms of
// their keys, each in its place; and that Key converts as Item does.
func TestManyItemsByEachKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, kinds := openKeys(t, open)
		trash := models.OpenTrash(t, db)
		var asked, want []softdelete.Item
		var rows []any
		for name, kind := range kinds {
			table := tables.TableOf(t, db, kind.row)
			listed := models.ListAll(t, models.OpenTrash(t, db, kind.row), softdelete.ListOptions{})[0]
			row, err := listed.Load(t.Context())
			require.NoError(t, err)
			for _, key := range kind.finds {
				asked, want, rows = append(asked, softdelete.Item{Table: table, Key: []any{key}}), append(want, plain(listed)), append(rows, row)
				typed, err := trash.Key(table, key)
				require.NoError(t, err)
				if at, ok := typed[0].(time.Time); ok {
					require.True(t, at.Equal(listed.Key[0].(time.Time)), "in whatever zone")
				} else {
					require.Equal(t, listed.Key, typed, "%s by %T %v", name, key, key)
				}
			}
			for _, key := range kind.absent {
				asked, rows = append(asked, softdelete.Item{Table: table, Key: []any{key}}), append(rows, nil)
				_, err := trash.Key(table, key)
				require.NoError(t, err)
			}
			for _, key := range kind.invalid {
				require.NotPanics(t, func() {
					require.ErrorIs(t, handles.Second(trash.Key(table, key)), gorm.ErrInvalidValue)
					require.ErrorIs(t, handles.Second(trash.Items(t.Context(), softdelete.Item{Table: table, Key: []any{key}})), gorm.ErrInvalidValue)
					require.ErrorIs(t, handles.Second(trash.LoadAll(t.Context(), softdelete.Item{Table: table, Key: []any{key}})), gorm.ErrInvalidValue)
				})
			}
		}
		found, err := trash.Items(t.Context(), asked...)
		require.NoError(t, err)
		require.Len(t, found, len(want))
		for i := range found {
			require.Equal(t, want[i], plain(found[i]))
		}
		loaded, err := trash.LoadAll(t.Context(), asked...)
		require.NoError(t, err)
		require.Equal(t, rows, loaded)
	})
}

// TestManyItems says what many items cost, and which are left out: those that are live, gone, or
// in another part of the trash.
func TestManyItems(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		for name, session := range map[string]*gorm.Session{"plain": {}, "prepared": {PrepareStmt: true}, "without transactions": {SkipDefaultTransaction: true}} {
			t.Run(name, func(t *testing.T) {
				db := openTenants(t, open)
				tenants(t, db)
				whole := models.OpenTrash(t, db.Session(session), tenantModels...)
				listed := models.ListAll(t, whole, softdelete.ListOptions{})
				require.NotEmpty(t, listed)
				byTable := map[string]bool{}
				for _, item := range listed {
					byTable[item.Table] = true
				}
				log := record.Record(t, db)
				found, err := whole.Items(t.Context(), append(listed, listed...)...)
				require.NoError(t, err)
				if !session.PrepareStmt { // those are sent by another way, which is not recorded
					require.Len(t, log.Take(), len(byTable), "a statement a table")
				}
				require.Len(t, found, 2*len(listed))
				rows, err := whole.LoadAll(t.Context(), found...)
				require.NoError(t, err)
				if !session.PrepareStmt {
					require.Len(t, log.Take(), len(byTable))
				}
				for i, item := range append(listed, listed...) {
					require.Equal(t, plain(item), plain(found[i]))
					row, err := found[i].Load(t.Context())
					require.NoError(t, err)
					require.Equal(t, row, rows[i])
				}
				log.Take()
				none, err := whole.Items(t.Context())
				require.NoError(t, err)
				require.Empty(t, none)
				require.Empty(t, log.Take())

				part := whole.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", 1).Or("tenant_id = ?", 1) })
				mine := models.ListAll(t, part, softdelete.ListOptions{})
				require.Less(t, len(mine), len(listed))
				found, err = part.Items(t.Context(), listed...)
				require.NoError(t, err)
				require.Equal(t, itemNames(mine), itemNames(found))
				rows, err = part.LoadAll(t.Context(), listed...)
				require.NoError(t, err)
				seen := 0
				for _, row := range rows {
					if row != nil {
						require.EqualValues(t, 1, reflect.ValueOf(row).Elem().FieldByName("TenantID").Interface())
						seen++
					}
				}
				require.Equal(t, len(mine), seen)

				_, err = part.Restore(t.Context(), mine...)
				require.NoError(t, err)
				found, err = whole.Items(t.Context(), mine...)
				require.NoError(t, err)
				require.Empty(t, found)
				rows, err = whole.LoadAll(t.Context(), mine...)
				require.NoError(t, err)
				require.Equal(t, make([]any, len(mine)), rows)
			})
		}
	})
}

// TestManyItemsInChunks says that there may be more items than a statement has room for.
func TestManyItemsInChunks(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &models.Keyless{})
		trash := models.OpenTrash(t, db, &models.ANote{}, &models.Keyless{})
		require.NoError(t, db.Create(&[]models.ANote{{ID: 1}, {ID: 70_000}}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&models.ANote{}).Error)
		items := make([]softdelete.Item, 70_000)
		for i := range items {
			items[i] = softdelete.Item{Table: "a_notes", Key: []any{i + 1}}
		}
		found, err := trash.Items(t.Context(), items...)
		require.NoError(t, err)
		require.Len(t, found, 2)
		rows, err := trash.LoadAll(t.Context(), items...)
		require.NoError(t, err)
		require.EqualValues(t, 70_000, rows[69_999].(*models.ANote).ID)
		require.Nil(t, rows[1])

		var wrong *softdelete.ModelError
		require.ErrorAs(t, handles.Second(trash.Items(t.Context(), softdelete.Item{Table: "keylesses"})), &wrong, "it has no primary key")
		require.ErrorAs(t, handles.Second(trash.LoadAll(t.Context(), softdelete.Item{Table: "keylesses"})), &wrong)
		for _, table := range []string{"", "nowhere", "A_NOTES"} {
			for _, err := range []error{handles.Second(trash.Items(t.Context(), softdelete.Item{Table: table, Key: []any{1}})), handles.Second(trash.LoadAll(t.Context(), softdelete.Item{Table: table, Key: []any{1}})), handles.Second(trash.Key(table, 1))} {
				require.ErrorIs(t, err, gorm.ErrInvalidValue)
			}
		}
		require.Error(t, handles.Second(trash.Items(ended(t), items[0])))
		require.Error(t, handles.Second(trash.LoadAll(ended(t), items[0])))
		var unopened *softdelete.Trash
		require.ErrorIs(t, handles.Second(unopened.LoadAll(t.Context())), gorm.ErrInvalidDB)
		require.True(t, unopened.Now().IsZero())
		require.Equal(t, db.NowFunc().Location(), trash.Now().Location())

		log := record.Record(t, db)
		dry := models.OpenTrash(t, db.Session(&gorm.Session{DryRun: true}), &models.ANote{})
		_, _ = dry.Items(t.Context(), items[0])
		_, _ = dry.LoadAll(t.Context(), items[0])
		require.Empty(t, log.Take())
	})
}

// TestManyItemsSQL says which SQL they make.
func TestManyItemsSQL(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		trash := models.OpenTrash(t, db, &models.ANote{})
		log := record.Record(t, db)
		items := []softdelete.Item{{Table: "a_notes", Key: []any{"7"}}, {Table: "a_notes", Key: []any{8}}}
		_, err := trash.LoadAll(t.Context(), items...)
		require.NoError(t, err)
		_, err = trash.Items(t.Context(), items...)
		require.NoError(t, err)
		for _, call := range log.TakeCalls() {
			sql := unquoted(call.SQL)
			require.Equal(t, "WHERE a_notes.id IN (?,?) AND a_notes.deleted_at IS NOT NULL", sql[strings.Index(sql, " WHERE ")+1:])
		}
	})
}
