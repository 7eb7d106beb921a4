package empty_test

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// Primary keys of other types, and a table in another schema.
type (
	binText struct {
		ID string `gorm:"primaryKey"`
		softdelete.Timestamp
	}
	binUUID struct {
		ID uuid.UUID `gorm:"type:uuid;primaryKey"`
		softdelete.Timestamp
	}
	binBytes struct {
		ID []byte `gorm:"primaryKey;size:16"`
		softdelete.Timestamp
	}
	binTime struct {
		ID time.Time `gorm:"primaryKey"`
		softdelete.Timestamp
	}
	binOther struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
)

func (binOther) TableName() string { return "softdelete_emptied.others" }

// checkKeys makes rows of some keys, all trashed at one time, holds one of them, and empties the trash.
func checkKeys[T, K any](t *testing.T, key func(i int) K, made func(key K) *T) {
	t.Helper()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		if _, ok := any(key(0)).(uuid.UUID); ok {
			database.NeedsUUIDs(t, open)
		}
		log := &purges{}
		db := models.OpenStill(t, open, softdelete.Config{Models: []any{new(T)}, Observers: []softdelete.Observer{log.observe}})
		require.NoError(t, database.ByBytes(db).AutoMigrate(new(T)))
		table := tables.TableOf(t, db, new(T))
		kind := map[string]string{"bin_texts": "text", "bin_uuids": "uuid", "bin_bytes": "bytes", "bin_times": "time"}[table]
		database.Referring(t, db, "bin_strangers", "id "+kind+" "+table)
		for i := range 25 {
			require.NoError(t, db.Create(made(key(i))).Error)
		}
		require.NoError(t, db.Exec("INSERT INTO bin_strangers SELECT id FROM "+table+" ORDER BY id LIMIT 1 OFFSET 12").Error)
		ageAll(t, db, table, 50*models.Day)
		for _, empty := range []emptier{softdelete.Of[T](db).Empty, models.OpenTrash(t, db).Empty} {
			report := emptied(t, db, empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 4}, table)
			require.Len(t, report.Failed, 1)
			require.Len(t, report.Failed[0].Key, 1)
			require.IsType(t, key(0), report.Failed[0].Key[0], "as the model's field")
			var left T
			require.NoError(t, db.Unscoped().First(&left).Error)
			require.Equal(t, fmt.Sprint(reflect.ValueOf(left).FieldByName("ID").Interface()), fmt.Sprint(report.Failed[0].Key[0]))
		}
		seen := []string{}
		for _, keys := range orderOf(log.take()) {
			seen = append(seen, keys...)
		}
		slices.Sort(seen)
		require.Len(t, slices.Compact(seen), 24, "each once")
	})
}

// TestEmptyKeyTypes says that keys may be of any type.
func TestEmptyKeyTypes(t *testing.T) {
	t.Parallel()
	t.Run("text", func(t *testing.T) {
		t.Parallel()
		texts := []string{"b", "B", "ä", "a", "A", "", "z'", "1", "10", "9", "é", "e", "a b", "a-b", "ab", "_", "%", "日本", "Z", "~", "\\", "\"", "aa", "-", "?"}
		checkKeys(t, func(i int) string { return texts[i] }, func(key string) *binText { return &binText{ID: key} })
	})
	t.Run("uuid", func(t *testing.T) {
		t.Parallel()
		keys := make([]uuid.UUID, 25)
		for i := range keys {
			keys[i] = uuid.NewSHA1(uuid.Nil, []byte{byte(i)})
		}
		checkKeys(t, func(i int) uuid.UUID { return keys[i] }, func(key uuid.UUID) *binUUID { return &binUUID{ID: key} })
	})
	t.Run("bytes", func(t *testing.T) {
		t.Parallel()
		checkKeys(t, func(i int) []byte { return []byte{byte(i * 10), 0, 255, byte(i)} }, func(key []byte) *binBytes { return &binBytes{ID: key} })
	})
	t.Run("time", func(t *testing.T) {
		t.Parallel()
		checkKeys(t, func(i int) time.Time {
			return models.DepotNow.Add(time.Duration(i%5) * time.Hour).Add(time.Duration(i) * time.Millisecond)
		},
			func(key time.Time) *binTime { return &binTime{ID: key} })
	})
}

// TestEmptyQualifiedTable empties a table in another schema.
func TestEmptyQualifiedTable(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "postgres")
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&binOther{}}})))
	require.NoError(t, db.Exec("DROP SCHEMA IF EXISTS softdelete_emptied CASCADE").Error)
	require.NoError(t, db.Exec("CREATE SCHEMA softdelete_emptied").Error)
	t.Cleanup(func() { require.NoError(t, db.Exec("DROP SCHEMA softdelete_emptied CASCADE").Error) })
	require.NoError(t, db.AutoMigrate(&binOther{}))
	for _, empty := range []emptier{softdelete.Of[binOther](db).Empty, models.OpenTrash(t, db).Empty} {
		for id := range uint(9) {
			require.NoError(t, db.Create(&binOther{ID: id + 1}).Error)
		}
		require.NoError(t, db.Where("id < 9").Delete(&binOther{}).Error)
		report := emptied(t, db, empty, softdelete.EmptyOptions{All: true, BatchSize: 3}, "softdelete_emptied.others")
		require.Equal(t, map[string]int64{"softdelete_emptied.others": 8}, report.Rows)
		require.NoError(t, db.Exec("DELETE FROM softdelete_emptied.others").Error)
	}
}

// TestEmptyEachMarker runs on every kind of marker, in batches that part rows of one time.
func TestEmptyEachMarker(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		for kind, row := range models.SomeMarked() {
			log := &purges{}
			db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{log.observe}}, row(1, "a"))
			for id := range uint(10) {
				require.NoError(t, db.Create(row(id+1, "a")).Error, kind)
			}
			for _, ids := range [][]uint{{7, 8, 9}, {4, 5, 6}, {1, 2, 3}} {
				require.NoError(t, db.Delete(row(0, ""), ids).Error, kind)
			}
			table := tables.TableOf(t, db, row(1, "a"))
			report := emptied(t, db, models.OpenTrash(t, db, row(1, "a")).Empty, softdelete.EmptyOptions{All: true, BatchSize: 2}, table)
			require.Equal(t, map[string]int64{table: 9}, report.Rows, kind)
			require.Empty(t, report.Failed, kind)
			require.Equal(t, []int{10}, tables.IDsOf(t, db, table), kind)
			batches := orderOf(log.take())
			require.Len(t, batches, 5, kind)
			switch kind {
			case "soft_delete flag", "soft_delete second": // by key
			default:
				require.Equal(t, [][]string{{"7", "8"}, {"4", "9"}, {"5", "6"}, {"1", "2"}, {"3"}}, batches, kind)
			}
		}
	})
}

// manyBoxes makes so many boxes, all trashed at one time.
func manyBoxes(t *testing.T, db *gorm.DB, n int) {
	t.Helper()
	rows := make([]models.DepotBox, n)
	for i := range rows {
		rows[i].ID = uint(i + 1) //nolint:gosec // small
		rows[i].DeletedAt = gorm.DeletedAt{Time: models.DepotNow.Add(-50 * models.Day), Valid: true}
	}
	require.NoError(t, db.Omit(clause.Associations).CreateInBatches(&rows, 2000).Error)
	require.NoError(t, db.Exec("CREATE INDEX depot_label ON depot_labels (box_id)").Error)
}

const moreThanParameters = 10_100 // rows, of which a batch takes 10,000 at most

// TestEmptyLargeBatchLoaded says that a batch of which the rows are loaded may be larger than the lists that a statement holds.
func TestEmptyLargeBatchLoaded(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		manyBoxes(t, db, moreThanParameters)
		options := softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 2 * moreThanParameters, Hooks: true}
		report := emptied(t, db, models.OpenTrash(t, db).Empty, options, depotTables...)
		require.Equal(t, map[string]int64{"depot_boxes": moreThanParameters}, report.Rows)
	})
}

// TestEmptyLargeBatchHalved says the same of a batch that fails.
func TestEmptyLargeBatchHalved(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		manyBoxes(t, db, moreThanParameters)
		database.Referring(t, db, "depot_strangers", "box_id key depot_boxes")
		require.NoError(t, db.Exec("CREATE INDEX depot_stranger ON depot_strangers (box_id)").Error)
		require.NoError(t, db.Exec("INSERT INTO depot_strangers VALUES (4321)").Error)
		options := softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 2 * moreThanParameters}
		report := emptied(t, db, models.OpenTrash(t, db).Empty, options, depotTables...)
		require.Equal(t, []string{"depot_boxes 4321"}, failedKeys(report))
		require.Equal(t, map[string]int64{"depot_boxes": moreThanParameters - 1}, report.Rows)
	})
}

// TestEmptyHeldAtOnce says that of several at once each row that stays is reported, and none of those that go.
func TestEmptyHeldAtOnce(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		shelves(t, db, 100)
		held := []int{5, 6, 17, 50, 99}
		holders["a foreign key"](t, db, held)
		var mu sync.Mutex
		var removed int64
		reported := map[string]bool{}
		var group sync.WaitGroup
		for i := range 4 {
			group.Go(func() {
				report, err := models.OpenTrash(t, db).Empty(t.Context(), softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 5 + 3*i})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				removed += report.Rows["depot_shelves"]
				for _, key := range failedKeys(report) {
					reported[key] = true
				}
			})
		}
		group.Wait()
		require.Equal(t, held, tables.IDsOf(t, db, "depot_shelves"))
		require.EqualValues(t, 95, removed)
		require.Len(t, reported, len(held))
		for _, id := range held {
			require.True(t, reported[fmt.Sprintf("depot_shelves %d", id)], "%d", id)
		}
	})
}

// TestEmptyOfADryHandle says that a handle that sends nothing empties nothing.
func TestEmptyOfADryHandle(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 9)
		dry := db.Session(&gorm.Session{DryRun: true})
		for _, empty := range []emptier{softdelete.Of[models.DepotBox](dry).Empty, models.OpenTrash(t, dry).Empty} {
			report, _ := counted(t, db, empty, softdelete.EmptyOptions{OlderThan: models.Day, BatchSize: 2}, depotTables...)
			require.Empty(t, report.Rows)
			require.Len(t, tables.IDsOf(t, db, "depot_boxes"), 9)
		}
	})
}
