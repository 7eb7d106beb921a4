package tenant_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

type member struct {
	Name   string `gorm:"primaryKey"`
	Tenant string
}

type box struct {
	ID     uint
	Tenant string
	softdelete.Tracked
	Items []item `gorm:"foreignKey:BoxID" softdelete:"cascade"`
}

type item struct {
	ID     uint
	BoxID  uint
	Tenant string
	softdelete.Tracked
}

type who struct{}

func newBoxes(t *testing.T, o testdb.Opener, register func(db *gorm.DB)) *gorm.DB {
	t.Helper()
	db := o(t, &gorm.Config{DisableForeignKeyConstraintWhenMigrating: true})
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&box{}, &item{}}})))
	require.NoError(t, db.AutoMigrate(&member{}, &box{}, &item{}))
	require.NoError(t, db.Create(&member{Name: "ana", Tenant: "a"}).Error)
	require.NoError(t, db.Create(&[]box{{ID: 1, Tenant: "a"}, {ID: 2, Tenant: "b"}}).Error)
	require.NoError(t, db.Create(&[]item{{ID: 11, BoxID: 1, Tenant: "a"}, {ID: 12, BoxID: 1, Tenant: "b"}}).Error)
	register(db)
	return db
}

func liveItems(t *testing.T, db *gorm.DB) (ids []int) {
	t.Helper()
	require.NoError(t, db.Raw("SELECT id FROM items WHERE deleted_at IS NULL ORDER BY id").Scan(&ids).Error)
	return ids
}

func isTenants(db *gorm.DB) bool {
	return db.Statement.Schema != nil && db.Statement.Schema.LookUpField("tenant") != nil && db.Statement.Schema.Table != "members" && db.Statement.SQL.Len() == 0
}

func ana(db *gorm.DB) *gorm.DB {
	return db.WithContext(context.WithValue(context.Background(), who{}, "ana"))
}

// A callback may look its condition up in the database.
func TestCallbacksThatAskTheDatabase(t *testing.T) {
	t.Parallel()
	for _, onWrites := range []bool{false, true} {
		for _, admins := range []bool{false, true} {
			t.Run(fmt.Sprintf("on writes: %v, nobody's tenant is everybody's: %v", onWrites, admins), func(t *testing.T) {
				t.Parallel()
				testdb.Each(t, func(t *testing.T, o testdb.Opener) {
					narrow := func(db *gorm.DB) {
						name := db.Statement.Context.Value(who{})
						if name == nil || !isTenants(db) {
							return
						}
						var m member
						if err := db.Session(&gorm.Session{NewDB: true}).Where("name = ?", name).Find(&m).Error; err != nil {
							_ = db.AddError(err)
							return
						}
						if m.Tenant == "" && admins {
							return
						}
						db.Where("tenant = ?", m.Tenant)
					}
					db := newBoxes(t, o, func(db *gorm.DB) {
						require.NoError(t, db.Callback().Query().Before("gorm:query").Register("test:narrow", narrow))
						if onWrites {
							require.NoError(t, db.Callback().Delete().Before("gorm:delete").Register("test:narrow", narrow))
							require.NoError(t, db.Callback().Update().Before("gorm:update").Register("test:narrow", narrow))
						}
					})
					require.NoError(t, ana(db).Delete(&box{ID: 1}).Error)
					require.Equal(t, []int{12}, liveItems(t, db))
				})
			})
		}
	}
}

// A callback may choose the table.
func TestCallbacksThatChooseTheTable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, o testdb.Opener) {
		db := newBoxes(t, o, func(db *gorm.DB) {
			database.CopyTable(t, db, "items", "items_of_a")
			choose := func(db *gorm.DB) {
				if db.Statement.Context.Value(who{}) != nil && db.Statement.Schema != nil && db.Statement.Schema.Table == "items" {
					db.Statement.Table = "items_of_a"
				}
			}
			for _, on := range []interface {
				Register(string, func(*gorm.DB)) error
			}{db.Callback().Query().Before("gorm:query"), db.Callback().Row().Before("gorm:row"), db.Callback().Delete().Before("gorm:delete"), db.Callback().Update().Before("gorm:update")} {
				require.NoError(t, on.Register("test:choose", choose))
			}
		})
		err := ana(db).Delete(&box{ID: 1}).Error
		require.Equal(t, []int{11, 12}, liveItems(t, db), "the rows of another table than the callback has chosen")
		require.Error(t, err)
	})
}

// What only the update chain hides, RestoreAll does not part from its parent.
func TestRestoreAllBesideCallbacksOnUpdates(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, o testdb.Opener) {
		db := newBoxes(t, o, func(db *gorm.DB) {
			require.NoError(t, db.Callback().Update().Before("gorm:update").Register("test:narrow", func(db *gorm.DB) {
				if db.Statement.Context.Value(who{}) != nil && isTenants(db) {
					db.Where("tenant = ?", "a")
				}
			}))
		})
		require.NoError(t, db.Create(&item{ID: 21, BoxID: 2, Tenant: "a"}).Error)
		require.NoError(t, db.Delete(&box{ID: 2}).Error)
		trash, err := softdelete.OpenTrash(ana(db), &box{}, &item{})
		require.NoError(t, err)
		_, err = trash.RestoreAll(ana(db).Statement.Context)
		require.ErrorIs(t, err, softdelete.ErrParentTrashed)
		require.Equal(t, []int{11, 12}, liveItems(t, db))
	})
}

// Nothing stays on a handle that a verb was called on.
func TestHandlesAreLeftAsTheyWere(t *testing.T) {
	t.Parallel()
	verbs := map[string]func(db *gorm.DB){
		"delete":  func(db *gorm.DB) { db.Delete(&box{}) },
		"restore": func(db *gorm.DB) { softdelete.Restore(db, &box{}) },
		"purge":   func(db *gorm.DB) { softdelete.Purge(db, &box{}) },
		"preview": func(db *gorm.DB) { _, _ = softdelete.Preview(db, softdelete.OpSoftDelete, &box{}) },
		"undo":    func(db *gorm.DB) { _, _ = softdelete.Undo(db, [16]byte{1}) },
	}
	for name, verb := range verbs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, o testdb.Opener) {
				db := newBoxes(t, o, func(db *gorm.DB) {
					for _, on := range []interface {
						Register(string, func(*gorm.DB)) error
					}{db.Callback().Query().Before("gorm:query"), db.Callback().Delete().Before("gorm:delete"), db.Callback().Update().Before("gorm:update")} {
						require.NoError(t, on.Register("test:narrow", func(db *gorm.DB) {
							if db.Statement.Context.Value(who{}) != nil && isTenants(db) {
								db.Where("boxes.tenant = ? OR 1 = 0", "a")
							}
						}))
					}
				})
				q := db.Model(&box{}).Where("id = ? OR id = ?", 1, 2)
				verb(q)
				q.Error = nil
				var n int64
				require.NoError(t, q.Count(&n).Error)
				var direct int64
				require.NoError(t, db.Model(&box{}).Where("id = ? OR id = ?", 1, 2).Count(&direct).Error)
				require.Equal(t, direct, n)
				for key := range q.Statement.Clauses {
					t.Log(name, key)
				}
			})
		})
	}
}

// Nothing is executed under DryRun, by who is asked either.
func TestDryRunExecutesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, o testdb.Opener) {
		db := newBoxes(t, o, func(db *gorm.DB) {
			require.NoError(t, db.Callback().Delete().Before("gorm:delete").Register("test:none", func(*gorm.DB) {}))
			require.NoError(t, db.Callback().Query().Before("gorm:query").Register("test:none", func(*gorm.DB) {}))
		})
		dry := db.Session(&gorm.Session{DryRun: true})
		for _, tx := range []*gorm.DB{dry.Delete(&box{ID: 1}), softdelete.Restore(dry, &box{ID: 1}), softdelete.Purge(dry, &box{ID: 1}), softdelete.ForceDelete(dry, &box{ID: 1})} {
			require.NoError(t, tx.Error)
			require.NotEmpty(t, tx.Statement.SQL.String())
			require.Equal(t, []int{11, 12}, liveItems(t, db))
		}
	})
}
