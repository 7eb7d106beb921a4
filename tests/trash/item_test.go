package trash_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// aSerial is a key that a database has as a number, and people as "S-7".
type aSerial struct{ n int64 }

func (s aSerial) Value() (driver.Value, error) { return s.n, nil }
func (aSerial) GormDataType() string           { return "bigint" }

func (s *aSerial) Scan(src any) (err error) {
	switch src := src.(type) {
	case int64:
		s.n = src
	case []byte:
		s.n, err = strconv.ParseInt(string(src), 10, 64)
	case string:
		text, ok := strings.CutPrefix(src, "S-")
		if !ok {
			return errors.New("no serial")
		}
		s.n, err = strconv.ParseInt(text, 10, 64)
	}
	return err // what it does not know it passes over, as some do
}

// aWord reads texts only, a part of them.
type aWord struct{ word string }

func (w aWord) Value() (driver.Value, error) { return w.word, nil }
func (aWord) GormDataType() string           { return "varchar(20)" }

func (w *aWord) Scan(src any) error {
	switch src := src.(type) {
	case string:
		w.word = src
	case []byte:
		w.word = string(src)
	default:
		return errors.New("no word")
	}
	return nil
}

type aNumber int32

type keyedBy[K any] struct {
	ID K `gorm:"primaryKey;autoIncrement:false"`
	softdelete.Tracked
}

// Each of these has a key of another type.
type (
	keyedUint   keyedBy[uint]
	keyedUint64 keyedBy[uint64]
	keyedInt8   keyedBy[int8]
	keyedUint16 keyedBy[uint16]
	keyedNamed  keyedBy[aNumber]
	keyedFloat  keyedBy[float64]
	keyedSingle keyedBy[float32]
	keyedSerial keyedBy[aSerial]
	keyedWord   keyedBy[aWord]
	keyedText   struct {
		ID models.ACode `gorm:"primaryKey;size:50"`
		softdelete.Tracked
	}
	keyedBytes struct {
		ID []byte `gorm:"primaryKey;size:50"`
		softdelete.Tracked
	}
	keyedUUID struct {
		ID uuid.UUID `gorm:"primaryKey;type:varchar(36)"`
		softdelete.Tracked
	}
	keyedTime struct {
		ID time.Time `gorm:"primaryKey"`
		softdelete.Timestamp
	}
	keyedPointer struct {
		ID *int `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
)

// keyForms are a trashed row, what finds it by its key, what could be another's key, and what can be none.
type keyForms struct {
	row                    any
	finds, absent, invalid []any
}

func formsOfKeys() map[string]keyForms {
	seven, other := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), uuid.MustParse("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	one, two := 7, 8
	noNumber := []any{"7.5", "7abc", "abc", "", " 7", "0x7", "1e1", 7.5, math.NaN(), math.Inf(1), 1e300, true, at, []int{7}, []any{7}, struct{}{}, gorm.Expr("7"), seven, nil, (*int)(nil), []byte(nil)}
	negative := []any{-7, "-7", int64(math.MinInt64), -7.0}
	return map[string]keyForms{
		"uint":   {&keyedUint{ID: 7}, []any{7, "7", uint8(7), 7.0, float32(7), int64(7), []byte("7"), &one, aNumber(7), models.ACode("7")}, []any{"8", 8, &two, 0, "0"}, append(noNumber, negative...)},
		"uint64": {&keyedUint64{ID: 7}, []any{7, "7"}, []any{"9223372036854775807", uint64(math.MaxInt64), "9223372036854775808", uint64(math.MaxUint64)}, append(noNumber, "18446744073709551616", -1, float64(1<<60))},
		"int8":   {&keyedInt8{ID: -7}, []any{-7, "-7", -7.0, int8(-7)}, []any{7, "7"}, append(noNumber, 128, "128", uint64(math.MaxUint64), -129)},
		"uint16": {&keyedUint16{ID: 7}, []any{7, "7"}, []any{"8", 65535}, append(noNumber, 65536, "65536", -1)},
		"named":  {&keyedNamed{ID: 7}, []any{7, "7", aNumber(7)}, []any{8}, append(noNumber, int64(math.MaxInt32)+1)},
		"float":  {&keyedFloat{ID: 7.5}, []any{7.5, "7.5", float32(7.5)}, []any{7, "7"}, []any{"7abc", "", "NaN", "Inf", nil, true, math.NaN(), int64(math.MaxInt64)}},
		"single": {&keyedSingle{ID: 7.5}, []any{7.5, "7.5", float32(7.5)}, []any{7, 0.5, "0.1"}, []any{0.1, 1e300, "7abc", nil, 1<<24 + 1}},
		"text":   {&keyedText{ID: "a/7 é"}, []any{"a/7 é", models.ACode("a/7 é"), []byte("a/7 é")}, []any{"7", 7, "", "a", "a/7 é' OR '1'='1"}, []any{7.5, true, at, nil, []string{"a"}, gorm.Expr("1")}},
		"bytes":  {&keyedBytes{ID: []byte{0xff, 0, 7}}, []any{[]byte{0xff, 0, 7}, "\xff\x00\x07", [3]byte{0xff, 0, 7}}, []any{"7", []byte{}, ""}, []any{7, 7.5, true, nil, []byte(nil), at}},
		"uuid": {
			&keyedUUID{ID: seven},
			[]any{seven, seven.String(), strings.ToUpper(seven.String()), "urn:uuid:" + seven.String(), []byte(seven.String()), seven[:], &seven, [16]byte(seven)},
			[]any{other, other.String(), uuid.Nil, uuid.Nil.String()},
			[]any{"7", "", 7, "6ba7b810-9dad-11d1-80b4", seven.String() + " OR", nil, (*uuid.UUID)(nil), uuid.NullUUID{}, []byte{1}},
		},
		"time":    {&keyedTime{ID: at}, []any{at, at.Format(time.RFC3339), "2024-05-06 07:08:09Z", []byte(at.Format(time.RFC3339Nano)), &at}, []any{at.Add(time.Second), "2024-05-06T07:08:10Z", "2024-05-06"}, []any{"yesterday", "07:08", "2024-05-06 07:08:09", "", 7, nil}},
		"serial":  {&keyedSerial{ID: aSerial{7}}, []any{aSerial{7}, "S-7", "7", 7, int64(7), []byte("7")}, []any{"S-8", 8, 0, "0"}, []any{"S-", "x", "7abc", 7.5, true, nil, at}},
		"word":    {&keyedWord{ID: aWord{"seven"}}, []any{aWord{"seven"}, "seven", []byte("seven"), models.ACode("seven")}, []any{"eight", 8}, []any{nil, 7.5, at}},
		"pointer": {&keyedPointer{ID: &one}, []any{7, "7", &one}, []any{8}, noNumber},
	}
}

// openKeys has a trashed row of each.
func openKeys(t *testing.T, open testdb.Opener) (*gorm.DB, map[string]keyForms) {
	t.Helper()
	kinds := formsOfKeys()
	var list []any
	for _, kind := range kinds {
		list = append(list, kind.row)
	}
	db := handles.WithPlugin(t, open, softdelete.Config{Models: list}, list...)
	for name, kind := range kinds {
		require.NoError(t, db.Create(kind.row).Error, name)
		tx := db.WithContext(softdelete.WithActor(t.Context(), "ana")).Where("1 = 1").Delete(reflect.New(reflect.TypeOf(kind.row).Elem()).Interface())
		require.NoError(t, tx.Error, name)
		require.EqualValues(t, 1, tx.RowsAffected, name)
	}
	return db, kinds
}

// TestItemByEachKey says which forms of a key find its row, and that none that is not the key itself does.
func TestItemByEachKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, kinds := openKeys(t, open)
		trash := models.OpenTrash(t, db)
		for name, kind := range kinds {
			table := tables.TableOf(t, db, kind.row)
			listed := models.ListAll(t, models.OpenTrash(t, db, kind.row), softdelete.ListOptions{})
			require.Len(t, listed, 1, name)
			for _, key := range append(kind.finds, listed[0].Key...) {
				item, err := trash.Item(t.Context(), table, key)
				require.NoError(t, err, "%s by %T %v", name, key, key)
				require.Equal(t, plain(listed[0]), plain(item), "%s by %T %v", name, key, key)
				row, err := item.Load(t.Context())
				require.NoError(t, err, name)
				require.IsType(t, kind.row, row)
			}
			for _, key := range kind.absent {
				_, err := trash.Item(t.Context(), table, key)
				require.ErrorIs(t, err, softdelete.ErrNotFound, "%s by %T %v", name, key, key)
				require.ErrorIs(t, err, gorm.ErrRecordNotFound)
				require.ErrorContains(t, err, reflect.TypeOf(kind.row).Elem().Name())
			}
			for _, key := range kind.invalid {
				require.NotPanics(t, func() {
					_, err := trash.Item(t.Context(), table, key)
					require.ErrorIs(t, err, gorm.ErrInvalidValue, "%s by %T %v", name, key, key)
					require.ErrorContains(t, err, reflect.TypeOf(kind.row).Elem().Name())
				})
			}
		}
	})
}

// plain is an item without what it is loaded by.
func plain(item softdelete.Item) softdelete.Item {
	return softdelete.Item{Table: item.Table, Model: item.Model, Key: item.Key, At: item.At, By: item.By, Reason: item.Reason, DeletionID: item.DeletionID}
}

// TestItemNamesNoValue says that what was given for a key is in no error.
func TestItemNamesNoValue(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.APair{}, &keyedText{}, &keyedUint{})
		trash := models.OpenTrash(t, db, &models.APair{}, &keyedText{}, &keyedUint{})
		for _, err := range []error{
			handles.Second(trash.Item(t.Context(), "keyed_texts", "sesame")), handles.Second(trash.Item(t.Context(), "keyed_uints", "sesame")),
			handles.Second(trash.Item(t.Context(), "a_pairs", "sesame", "sesame")), handles.Second(trash.Item(t.Context(), "a_pairs", "sesame")),
		} {
			require.Error(t, err)
			require.NotContains(t, err.Error(), "sesame")
		}
	})
}

// TestItemOfACompositeKey says that its values are given one by one, all of them.
func TestItemOfACompositeKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.APair{})
		require.NoError(t, db.Create([]models.APair{{Left: 1, Right: "r1"}, {Left: 1, Right: "r2"}, {Left: 2, Right: "r1"}}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&models.APair{}).Error)
		trash := models.OpenTrash(t, db, &models.APair{})
		item, err := trash.Item(t.Context(), "a_pairs", "1", []byte("r2"))
		require.NoError(t, err)
		require.Equal(t, []any{1, "r2"}, item.Key)
		for _, key := range [][]any{{}, {1}, {1, "r2", 3}, {[]any{1, "r2"}}} {
			err := handles.Second(trash.Item(t.Context(), "a_pairs", key...))
			require.ErrorIs(t, err, gorm.ErrInvalidValue)
			require.ErrorContains(t, err, "the primary key has 2")
		}
		require.ErrorIs(t, handles.Second(trash.Item(t.Context(), "a_pairs", "r2", 1)), gorm.ErrInvalidValue)
		require.ErrorIs(t, handles.Second(trash.Item(t.Context(), "a_pairs", 2, "r2")), softdelete.ErrNotFound)
	})
}

// TestItemsThatAreNotThere says of what a trash has no item.
func TestItemsThatAreNotThere(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &models.APair{}, &models.Keyless{}, &models.ScopePlain{})
		for id := uint(1); id <= 3; id++ {
			require.NoError(t, db.Create(&models.ANote{ID: id}).Error)
		}
		require.NoError(t, db.Delete(&models.ANote{}, []int{2, 3}).Error)
		trash := models.OpenTrash(t, db, &models.ANote{}, &models.Keyless{})
		item, err := trash.Item(t.Context(), "a_notes", 2)
		require.NoError(t, err)
		other, err := trash.Item(t.Context(), "a_notes", 3)
		require.NoError(t, err)
		require.ErrorIs(t, handles.Second(trash.Item(t.Context(), "a_notes", 1)), softdelete.ErrNotFound, "it is live")
		require.ErrorIs(t, handles.Second(trash.Item(t.Context(), "a_notes", 4)), softdelete.ErrNotFound, "it never was")
		require.NoError(t, softdelete.Restore(db, &models.ANote{ID: 2}).Error)
		require.NoError(t, softdelete.Purge(db, &models.ANote{ID: 3}).Error)
		for id, item := range map[int]softdelete.Item{2: item, 3: other} {
			require.ErrorIs(t, handles.Second(trash.Item(t.Context(), "a_notes", id)), softdelete.ErrNotFound)
			require.ErrorIs(t, handles.Second(item.Load(t.Context())), softdelete.ErrNotFound)
		}
		for _, table := range []string{"", "a_pairs", "scope_plains", "A_NOTES", "ANote", `a_notes"`, "nowhere"} {
			require.ErrorIs(t, handles.Second(trash.Item(t.Context(), table, 1)), gorm.ErrInvalidValue, table)
		}
		var wrong *softdelete.ModelError
		require.ErrorAs(t, handles.Second(trash.Item(t.Context(), "keylesses", 1)), &wrong, "it has no primary key")

		var none context.Context
		var unopened *softdelete.Trash
		require.NotPanics(t, func() {
			require.ErrorIs(t, handles.Second(trash.Item(none, "a_notes", 1)), gorm.ErrInvalidValue)
			require.ErrorIs(t, handles.Second(trash.Deletion(none, uuid.New())), gorm.ErrInvalidValue)
			require.ErrorIs(t, handles.Second(unopened.Item(t.Context(), "a_notes", 1)), gorm.ErrInvalidDB)
			require.ErrorIs(t, handles.Second(unopened.WithRetention(1).Deletion(t.Context(), uuid.New())), gorm.ErrInvalidDB)
		})
		require.ErrorIs(t, handles.Second(trash.Item(ended(t), "a_notes", 1)), context.Canceled)
	})
}

// TestItemSQL says what finds an item: one statement by the key, with a part's conditions.
func TestItemSQL(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		ids := tenants(t, db)
		log := record.Record(t, db)
		part := models.OpenTrash(t, db, tenantModels...).Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", 1).Or("tenant_id = ?", 3) })
		_, err := part.Item(t.Context(), "tenant_albums", "1")
		require.NoError(t, err)
		sent := log.TakeCalls()
		require.Len(t, sent, 1)
		where := unquoted(sent[0].SQL)
		where = where[strings.Index(where, " WHERE "):strings.Index(where, " LIMIT ")]
		require.Equal(t, " WHERE (tenant_id = ? OR tenant_id = ?) AND tenant_albums.id = ? AND tenant_albums.deleted_at IS NOT NULL", where)
		require.EqualValues(t, 1, sent[0].Args[2], "it is a number by then")

		_, err = part.Deletion(t.Context(), ids[1][0])
		require.NoError(t, err)
		require.Len(t, log.Take(), 2, "one of each table that keeps operations")
		_, err = part.Deletion(t.Context(), uuid.Nil)
		require.ErrorIs(t, err, softdelete.ErrNotFound)
		require.Empty(t, log.Take())
		require.ErrorIs(t, handles.Second(part.Item(t.Context(), "tenant_albums", "1 OR 1=1")), gorm.ErrInvalidValue)
		require.Empty(t, log.Take())
	})
}

// unquoted is a statement without its quotes, with "?" for each parameter.
func unquoted(sql string) string {
	sql = strings.NewReplacer("`", "", `"`, "").Replace(sql)
	for i := 9; i > 0; i-- {
		sql = strings.ReplaceAll(sql, fmt.Sprint("$", i), "?")
	}
	return sql
}

// TestItemIsAsListed says that each row of any trash is found by its key, as the list has it, and by that as text, and is
// listed as it was found.
func TestItemIsAsListed(t *testing.T) {
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
			for range rapid.IntRange(0, 8).Draw(t, "rows") {
				r.add()
			}
			gone := r.remove()
			page, err := trash.List(t.Context(), softdelete.ListOptions{})
			require.NoError(t, err)
			require.Len(t, page.Items, len(r.rows))
			for _, listed := range page.Items {
				require.NotEqual(t, gone, itemName(listed))
				texts := make([]any, len(listed.Key))
				for i, value := range listed.Key {
					texts[i] = fmt.Sprint(value)
				}
				for _, key := range [][]any{listed.Key, texts} {
					item, err := trash.Item(t.Context(), listed.Table, key...)
					require.NoError(t, err)
					require.Equal(t, plain(listed), plain(item))
				}
			}
		})
	})
}

// keyedByDatabase has a key that is a text in Go, and less than that in the database.
type keyedByDatabase struct {
	ID string `gorm:"primaryKey;type:uuid"`
	softdelete.Timestamp
}

// TestItemByAKeyThatTheDatabaseRefuses says that what a column can never have is no failure of the database.
func TestItemByAKeyThatTheDatabaseRefuses(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "postgres"), softdelete.Config{}, &keyedByDatabase{})
	trash := models.OpenTrash(t, db, &keyedByDatabase{})
	require.ErrorIs(t, handles.Second(trash.Item(t.Context(), "keyed_by_databases", "abc")), gorm.ErrInvalidValue)
	byHand := softdelete.Item{Table: "keyed_by_databases", Key: []any{"abc"}}
	require.ErrorIs(t, handles.Second(trash.Restore(t.Context(), byHand)), gorm.ErrInvalidValue)
	require.ErrorIs(t, handles.Second(trash.Purge(t.Context(), byHand)), gorm.ErrInvalidValue)
	require.ErrorIs(t, handles.Second(trash.Preview(t.Context(), softdelete.OpRestore, byHand)), gorm.ErrInvalidValue)
	require.ErrorIs(t, handles.Second(trash.Item(t.Context(), "keyed_by_databases", uuid.New())), softdelete.ErrNotFound)
}

// TestItemByAnyText says that a text that no row can have is found nowhere, and is no failure of the database.
func TestItemByAnyText(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &keyedText{}, &keyedBytes{}, &keyedWord{})
		trash := models.OpenTrash(t, db, &keyedText{}, &keyedBytes{}, &keyedWord{})
		for _, table := range []string{"keyed_texts", "keyed_bytes", "keyed_words"} {
			for _, key := range []string{"\xff\xfe", "a\x00b", strings.Repeat("x", 100_000), "😀", "'", "\\", `"`, "%", "é́"} {
				_, err := trash.Item(t.Context(), table, key)
				if !errors.Is(err, softdelete.ErrNotFound) {
					require.ErrorIs(t, err, gorm.ErrInvalidValue, "%s %.10q", table, key)
				}
			}
		}
	})
}
