package neighbours_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/dbresolver"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Owners live in one database, pets and what hangs on these in another. Both have
// all tables: nothing fails by itself.
type (
	replicaOwner struct {
		ID   uint
		Pets []replicaPet `gorm:"foreignKey:OwnerID" softdelete:"cascade"`
		Keys []replicaKey `gorm:"foreignKey:OwnerID" softdelete:"cascade"`
		softdelete.Tracked
	}
	replicaKey struct {
		ID      uint
		OwnerID uint
		softdelete.Timestamp
	}
	replicaPet struct {
		ID      uint
		OwnerID uint
		Fleas   []replicaFlea `gorm:"foreignKey:PetID" softdelete:"cascade"`
		softdelete.Tracked
	}
	replicaFlea struct {
		ID    uint
		PetID uint
		softdelete.Timestamp
	}
	replicaToy struct {
		ID      uint
		OwnerID uint
		Owner   *replicaOwner `softdelete:"liveParent"`
		softdelete.Timestamp
	}
	replicaGuard struct {
		ID   uint
		Pets []replicaGuarded `gorm:"foreignKey:GuardID" softdelete:"restrict"`
		softdelete.Timestamp
	}
	replicaGuarded struct {
		ID      uint
		GuardID uint
		softdelete.Timestamp
	}
)

// apart is a handle on both.
type apart struct {
	db           *gorm.DB
	home, kennel *gorm.DB // each by itself
}

func eachApart(t *testing.T, test func(t *testing.T, a *apart)) {
	t.Helper()
	for _, database := range testdb.Names() {
		for mode, options := range map[string]gorm.Config{"default": {}, "skip": {SkipDefaultTransaction: true}, "prepared": {PrepareStmt: true}} {
			t.Run(database+"/"+mode, func(t *testing.T) {
				t.Parallel()
				options.DisableForeignKeyConstraintWhenMigrating = true
				home, kennel := testdb.OpenerFor(t, database), testdb.OpenerFor(t, database)
				a := &apart{db: home(t, &options), home: home(t), kennel: kennel(t)}
				all := []any{&replicaOwner{}, &replicaKey{}, &replicaPet{}, &replicaFlea{}, &replicaToy{}, &replicaGuard{}, &replicaGuarded{}}
				for _, db := range []*gorm.DB{a.home, a.kennel} {
					db.DisableForeignKeyConstraintWhenMigrating = true
					require.NoError(t, db.AutoMigrate(all...))
				}
				require.NoError(t, a.db.Use(softdelete.New(softdelete.Config{Models: all})))
				pool, err := a.kennel.DB()
				require.NoError(t, err)
				require.NoError(t, a.db.Use(dbresolver.Register(dbresolver.Config{Sources: []gorm.Dialector{behind{a.kennel.Dialector, pool}}},
					"kennel", &replicaPet{}, &replicaFlea{}, &replicaToy{}, &replicaGuarded{})))
				require.NoError(t, a.home.Create(&replicaOwner{ID: 1}).Error)
				require.NoError(t, a.home.Create(&replicaKey{ID: 1, OwnerID: 1}).Error)
				// What is left of another time, and is nobody's.
				require.NoError(t, a.home.Create(&replicaPet{ID: 1, OwnerID: 1}).Error)
				require.NoError(t, a.kennel.Create(&replicaPet{ID: 1, OwnerID: 1}).Error)
				require.NoError(t, a.kennel.Create(&[]replicaFlea{{ID: 1, PetID: 1}, {ID: 2, PetID: 1}}).Error)
				require.NoError(t, a.home.Create(&replicaGuard{ID: 1}).Error)
				test(t, a)
			})
		}
	}
}

// live counts rows that are not trashed, by a handle that filters nothing itself.
func live(t *testing.T, db *gorm.DB, model any) int64 {
	t.Helper()
	var n int64
	require.NoError(t, db.Unscoped().Model(model).Where("deleted_at IS NULL").Count(&n).Error)
	return n
}

// TestNoOperationInTwoDatabases: one that would have to be is refused, and nothing
// changes; what is in one of them is done there.
func TestNoOperationInTwoDatabases(t *testing.T) {
	t.Parallel()
	eachApart(t, func(t *testing.T, a *apart) {
		unchanged := func(t *testing.T) {
			t.Helper()
			require.EqualValues(t, 1, live(t, a.home, &replicaOwner{}))
			require.EqualValues(t, 1, live(t, a.home, &replicaKey{}))
			require.EqualValues(t, 1, live(t, a.home, &replicaPet{}))
			require.EqualValues(t, 1, live(t, a.kennel, &replicaPet{}))
			require.EqualValues(t, 2, live(t, a.kennel, &replicaFlea{}))
		}
		for name, refused := range map[string]func() error{
			"delete":             func() error { return a.db.Delete(&replicaOwner{ID: 1}).Error },
			"delete, conditions": func() error { return a.db.Where("id = 1").Delete(&replicaOwner{}).Error },
			"delete, generic": func() error {
				_, err := gorm.G[replicaOwner](a.db).Where("id = 1").Delete(t.Context())
				return err
			},
			"restore":      func() error { return softdelete.Restore(a.db, &replicaOwner{ID: 1}).Error },
			"purge":        func() error { return softdelete.Purge(a.db, &replicaOwner{ID: 1}).Error },
			"force delete": func() error { return softdelete.ForceDelete(a.db, &replicaOwner{ID: 1}).Error },
			"restricted":   func() error { return a.db.Delete(&replicaGuard{ID: 1}).Error },
			"preview": func() error {
				_, err := softdelete.Preview(a.db, softdelete.OpSoftDelete, &replicaOwner{ID: 1})
				return err
			},
			"bin": func() error {
				_, err := softdelete.Of[replicaOwner](a.db).Purge(t.Context(), 1)
				return err
			},
			"live parent": func() error { return a.db.Create(&replicaToy{ID: 1, OwnerID: 1}).Error },
		} {
			t.Run(name, func(t *testing.T) {
				var wrong *softdelete.ModelError
				require.ErrorAs(t, refused(), &wrong)
				require.ErrorContains(t, wrong, "another database")
				require.NotEmpty(t, wrong.Field)
				unchanged(t)
			})
		}
		t.Run("restore all", func(t *testing.T) {
			trash, err := softdelete.OpenTrash(a.db)
			require.NoError(t, err)
			_, err = trash.RestoreAll(t.Context(), &replicaKey{}, &replicaFlea{})
			require.ErrorIs(t, err, gorm.ErrInvalidDB)
			unchanged(t)
		})
	})
}

// TestOperationsWhereTheirTablesAre go to the one database that has all of them.
func TestOperationsWhereTheirTablesAre(t *testing.T) {
	t.Parallel()
	eachApart(t, func(t *testing.T, a *apart) {
		state := func(t *testing.T, pets, fleas int64) {
			t.Helper()
			require.Equal(t, pets, live(t, a.kennel, &replicaPet{}))
			require.Equal(t, fleas, live(t, a.kennel, &replicaFlea{}))
			require.EqualValues(t, 1, live(t, a.home, &replicaPet{}))
		}
		remove := func(t *testing.T) uuid.UUID {
			t.Helper()
			var d softdelete.Deletion
			require.NoError(t, a.db.Scopes(softdelete.Into(&d)).Delete(&replicaPet{ID: 1}).Error)
			state(t, 0, 0)
			return d.ID
		}
		plan, err := softdelete.Preview(a.db, softdelete.OpSoftDelete, &replicaPet{ID: 1})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"replica_pets": 1, "replica_fleas": 2}, plan.Rows)

		remove(t)
		require.NoError(t, softdelete.Restore(a.db, &replicaPet{ID: 1}).Error, "no cascade can have come from the owner")
		state(t, 1, 2)

		d, err := softdelete.Undo(a.db, remove(t))
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"replica_pets": 1, "replica_fleas": 2}, d.Rows)
		state(t, 1, 2)
		_, err = softdelete.Undo(a.db, d.ID)
		require.ErrorIs(t, err, softdelete.ErrNotFound)

		trash, err := softdelete.OpenTrash(a.db)
		require.NoError(t, err)
		_, err = trash.Undo(t.Context(), remove(t))
		require.NoError(t, err)
		state(t, 1, 2)

		remove(t)
		pets, err := softdelete.OpenTrash(a.db, &replicaPet{}, &replicaFlea{})
		require.NoError(t, err)
		glances, err := pets.Glance(t.Context(), softdelete.GlanceOptions{})
		require.NoError(t, err)
		require.EqualValues(t, 2, glances[0].Trashed)
		require.EqualValues(t, 1, glances[1].Trashed)
		n, err := trash.RestoreAll(t.Context(), &replicaPet{}, &replicaFlea{})
		require.NoError(t, err)
		require.EqualValues(t, 3, n)
		state(t, 1, 2)

		remove(t)
		require.NoError(t, a.db.Delete(&replicaKey{ID: 1}).Error)
		report, err := softdelete.Of[replicaPet](a.db).Empty(t.Context(), softdelete.EmptyOptions{All: true, BatchSize: 1})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"replica_pets": 1, "replica_fleas": 2}, report.Rows)

		// In the caller's transaction everything is where that is.
		require.NoError(t, a.db.Transaction(func(tx *gorm.DB) error { return tx.Delete(&replicaOwner{ID: 1}).Error }))
		require.EqualValues(t, 0, live(t, a.home, &replicaOwner{}))
		require.EqualValues(t, 0, live(t, a.home, &replicaPet{}))
	})
}

// TestSchemasOfTwoDatabases: each is looked at by itself.
func TestSchemasOfTwoDatabases(t *testing.T) {
	t.Parallel()
	eachApart(t, func(t *testing.T, a *apart) {
		require.ErrorIs(t, softdelete.AutoMigrate(a.db, &replicaOwner{}, &replicaPet{}), gorm.ErrInvalidDB)
		require.ErrorIs(t, softdelete.AutoMigrate(a.db), gorm.ErrInvalidDB)
		_, err := softdelete.Doctor(a.db, &replicaOwner{}, &replicaPet{})
		require.ErrorIs(t, err, gorm.ErrInvalidDB)
		_, err = softdelete.Doctor(a.db)
		require.ErrorIs(t, err, gorm.ErrInvalidDB)

		for _, each := range []struct {
			db, at *gorm.DB
			models []any
		}{
			{a.db, a.home, []any{&replicaOwner{}, &replicaKey{}}},
			{a.db.Clauses(dbresolver.Use("kennel")), a.kennel, []any{&replicaPet{}, &replicaFlea{}}},
		} {
			require.NoError(t, softdelete.AutoMigrate(each.db, each.models...))
			findings, err := softdelete.Doctor(each.db, each.models...)
			require.NoError(t, err)
			require.Empty(t, findings)
			require.NoError(t, each.at.Use(softdelete.New()))
			findings, err = softdelete.Doctor(each.at, each.models...)
			require.NoError(t, err)
			require.Empty(t, findings)
		}
	})
}
