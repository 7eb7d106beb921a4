package schema_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	cutBefore struct {
		ID        uint
		Login     string `gorm:"size:40;uniqueIndex"`
		DeletedAt gorm.DeletedAt
	}
	cutAfter struct {
		ID        uint
		Login     string `gorm:"size:40" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
)

type (
	// cutTable is cutBefore with a column that a later tag has.
	cutTable struct {
		ID        uint
		Login     string `gorm:"size:40;uniqueIndex:idx_cuts_login"`
		Team      int
		DeletedAt gorm.DeletedAt
	}
	cutTogether struct {
		ID        uint
		Login     string `gorm:"size:40" softdelete:"unique:idx_cuts_login"`
		Team      int    `softdelete:"unique:idx_cuts_login"`
		DeletedAt gorm.DeletedAt
	}
)

func (cutTable) TableName() string    { return "cuts" }
func (cutTogether) TableName() string { return "cuts" }

func (cutBefore) TableName() string { return "cuts" }
func (cutAfter) TableName() string  { return "cuts" }

// TestChangeCutShort says that live rows are kept apart after each statement by which an index is put in the place of another, and that
// AutoMigrate and Doctor's remedies go on from there.
func TestChangeCutShort(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		if db.Name() == "sqlite" {
			t.Skip("SQLite makes the change in one transaction")
		}
		begin := func() []softdelete.Statement {
			require.NoError(t, db.Exec("DROP TABLE IF EXISTS cuts").Error)
			require.NoError(t, open(t).AutoMigrate(&cutBefore{}))
			require.NoError(t, db.Create(&cutAfter{Login: "a"}).Error)
			list, err := softdelete.PlanMigration(db, &cutAfter{})
			require.NoError(t, err)
			return list
		}
		begin()
		require.NoError(t, softdelete.AutoMigrate(db, &cutAfter{}))
		want := tables.PlainIndexes(t, db, "cuts")
		for _, goOn := range []func(){
			func() { require.NoError(t, softdelete.AutoMigrate(db, &cutAfter{})) },
			func() {
				doctored.Cure(t, db, doctored.Doctored(t, db, &cutAfter{})...)
				require.NoError(t, softdelete.AutoMigrate(db, &cutAfter{}))
			},
		} {
			for n := range begin() {
				for _, s := range begin()[:n+1] {
					require.NoError(t, db.Exec(s.Up).Error, s.Up)
					require.Error(t, db.Create(&cutAfter{Login: "a"}).Error, s.Up)
				}
				goOn()
				require.Equal(t, want, tables.PlainIndexes(t, db, "cuts"), "after %d statements", n+1)
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &cutAfter{})))
				require.Error(t, db.Create(&cutAfter{Login: "a"}).Error)
			}
		}
	})
}

// lossy is a pool that makes one of the statements that change a schema, and loses the answer: the caller's context has ended.
type lossy struct {
	*sql.DB
	at   int // which of them it is, from zero
	lose context.CancelFunc
}

func (p *lossy) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if !strings.HasPrefix(query, "ALTER") && !strings.HasPrefix(query, "CREATE") && !strings.HasPrefix(query, "DROP") {
		return p.DB.ExecContext(ctx, query, args...)
	}
	result, err := p.DB.ExecContext(ctx, query, args...)
	if p.at--; p.at == -1 && err == nil {
		p.lose()
		return nil, ctx.Err()
	}
	return result, err
}

// TestAnswerLost says that live rows are kept apart whichever statement of a change was the last of which the answer came, and that the
// next call goes on, with another tag too.
func TestAnswerLost(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		if open(t).Name() == "sqlite" {
			t.Skip("SQLite makes the change in one transaction")
		}
		for _, next := range []any{&cutAfter{}, &cutTogether{}} {
			lost := true
			for at := 0; lost; at++ {
				db := handles.WithPlugin(t, open, softdelete.Config{})
				require.NoError(t, db.Exec("DROP TABLE IF EXISTS cuts").Error)
				require.NoError(t, open(t).AutoMigrate(&cutTable{}))
				require.NoError(t, db.Create(&cutTogether{Login: "a", Team: 1}).Error)
				pool, err := db.DB()
				require.NoError(t, err)
				ctx, cancel := context.WithCancel(t.Context())
				tx := db.WithContext(ctx)
				tx.Statement.ConnPool = &lossy{pool, at, cancel}
				err = softdelete.MigrateIndexes(tx, &cutAfter{})
				lost = ctx.Err() != nil
				cancel()
				require.Equal(t, lost, err != nil, "%v", err)
				require.Error(t, db.Create(&cutTogether{Login: "a", Team: 1}).Error, "live rows agree after statement %d, %v", at, err)
				if db.Name() == "postgres" {
					// Under another tag what is left there is Doctor's to name, and AutoMigrate fails on its name.
					doctored.Cure(t, db, doctored.Doctored(t, db, next)...)
				}
				require.NoError(t, softdelete.AutoMigrate(db, next), "after statement %d", at)
				require.Error(t, db.Create(&cutTogether{Login: "a", Team: 1}).Error)
				for _, ix := range tables.PlainIndexes(t, db, "cuts") {
					require.NotRegexp(t, "_(new|former)\\b", ix, "after statement %d", at)
				}
			}
		}
	})
}
