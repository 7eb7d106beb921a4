package marker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// wrong is a form that GORM soft-deletes by and the plugin cannot.
type wrong struct {
	form

	says      string
	databases []string
}

func wrongOf[M any](name, says string, databases ...string) wrong {
	return wrong{formOf[M](name), says, databases}
}

// TestNoSoftDeleteIsPassedOver says that what GORM soft-deletes by is a marker, or else an error at start-up and at each
// statement, which then does nothing.
func TestNoSoftDeleteIsPassedOver(t *testing.T) {
	t.Parallel()
	for _, w := range []wrong{
		wrongOf[struct{ DeletedAt halved }]("no clauses of deletes", "brings a part of the clauses"),
		wrongOf[struct{ DeletedAt moved }]("clauses of another field", "brings a part of the clauses"),
		wrongOf[struct{ DeletedAt disguised }]("a delete clause of its own", "brings a part of the clauses"),
		wrongOf[struct{ DeletedAt unscannable }]("no Scan", "needs Scan and Value"),
		wrongOf[struct {
			Base
			DeletedAt time.Time
		}]("a time that is never NULL in its place", "does not hold"),
		wrongOf[struct {
			Base
			DeletedAt string
		}]("a text in its place", "does not hold"),
		wrongOf[struct{ Gone homemade }]("nothing of GORM's", "homemadeClause"),
		wrongOf[struct {
			softdelete.Timestamp
			Gone homemade
		}]("nothing of GORM's beside a marker", "homemadeClause"),
		wrongOf[struct {
			DeletedAt gorm.DeletedAt `gorm:"-"`
		}]("no column", "no column"),
		wrongOf[struct {
			DeletedAt embedding
			Removed   soft_delete.DeletedAt
		}]("two markers", "a second marker"),
		wrongOf[struct {
			DeletedAt gorm.DeletedAt `gorm:"type:bigint"`
		}]("a number for a time", "is a bigint", "postgres", "mariadb"),
		wrongOf[struct {
			DeletedAt embedding `gorm:"type:TIME(3) NULL"`
		}]("a time of a day", "is a TIME(3) NULL", "postgres", "mariadb"),
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				if len(w.databases) > 0 && open(t).Name() == "sqlite" {
					return
				}
				var as *softdelete.ModelError
				require.ErrorAs(t, open(t).Use(softdelete.New(softdelete.Config{Models: []any{w.ball(0, 0)}})), &as)
				require.ErrorContains(t, as, w.says)

				plain, db := open(t), plugged(t, open(t))
				require.NoError(t, plain.Exec("CREATE TABLE balls (id integer, box_id integer, title varchar(99))").Error)
				require.NoError(t, plain.Exec("INSERT INTO balls VALUES (1, 1, 'a')").Error)
				for range 2 {
					_, err := softdelete.Enabled(db, w.ball(0, 0))
					require.ErrorAs(t, err, &as)
					for _, tx := range []*gorm.DB{
						db.Find(w.balls()), db.First(w.ball(1, 1)), db.Create(w.ball(2, 1)), db.Save(w.ball(1, 1)),
						db.Model(w.ball(1, 1)).Update("title", "b"), db.Delete(w.ball(1, 1)), db.Model(w.ball(0, 0)).Count(new(int64)),
						softdelete.Restore(db, w.ball(1, 1)), softdelete.Purge(db, w.ball(1, 1)), softdelete.ForceDelete(db, w.ball(1, 1)),
					} {
						require.ErrorAs(t, tx.Error, &as)
						require.ErrorContains(t, tx.Error, w.says)
					}
				}
				var titles []string
				require.NoError(t, plain.Raw("SELECT title FROM balls").Scan(&titles).Error)
				require.Equal(t, []string{"a"}, titles)
			})
		})
	}
}

// A clause of deletes that is none of a soft delete is let be, also one that asks the database for something.
func TestOtherDeleteClausesAreLetBe(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		f := formOf[struct {
			DeletedAt embedding
			Other     bystander
		}]("")
		db := plugged(t, open(t))
		require.NoError(t, db.AutoMigrate(&looked{}, f.ball(0, 0)))
		require.NoError(t, db.Create(f.ball(1, 1)).Error)
		require.EqualValues(t, 1, db.Delete(f.ball(1, 1)).RowsAffected)
		require.Equal(t, []uint{1}, trashed(t, db, f.ball(0, 0)))

		hard := formOf[struct{ Other bystander }]("")
		enabled, err := softdelete.Enabled(db, hard.ball(0, 0))
		require.NoError(t, err)
		require.False(t, enabled)
	})
}

// A marker's clauses that come too late for GORM are none: the model has put another field in the place of the first.
func TestAFieldInThePlaceOfAMarker(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		f := formOf[struct {
			Base
			Ignored gorm.DeletedAt `gorm:"-"`
		}]("")
		db := plugged(t, open(t))
		require.NoError(t, db.AutoMigrate(f.ball(0, 0)))
		require.NoError(t, db.Create(f.ball(1, 1)).Error)
		require.EqualValues(t, 1, db.Delete(f.ball(1, 1)).RowsAffected)
		require.Equal(t, []uint{1}, trashed(t, db, f.ball(0, 0)))
	})
}
