package neighbours_test

import (
	"context"
	"database/sql"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// countedPool counts the statements that are sent.
type countedPool struct {
	gorm.ConnPool
	sent atomic.Int64
}

func (c *countedPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.sent.Add(1)
	return c.ConnPool.QueryContext(ctx, query, args...)
}

func (c *countedPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	c.sent.Add(1)
	return c.ConnPool.QueryRowContext(ctx, query, args...)
}

// counting returns a handle whose statements are counted.
func counting(db *gorm.DB) (*gorm.DB, *countedPool) {
	c := &countedPool{ConnPool: db.Statement.ConnPool}
	tx := db.Session(&gorm.Session{NewDB: true, Context: context.Background()})
	tx.Statement.ConnPool = c
	return tx, c
}

// What makes no sense fails before anything is sent or remembered, whoever builds its SQL, and gives nothing.
func TestOrderOfErrors(t *testing.T) {
	t.Parallel()
	eachArrangement(t, func(t *testing.T, db *gorm.DB, _ arrangement) {
		var users []orderUser
		require.NoError(t, db.Find(&users).Error) // which a cache remembers
		for range 2 {
			for name, read := range map[string]func(tx *gorm.DB) error{
				"Find": func(tx *gorm.DB) error {
					var users []orderUser
					err := tx.Scopes(softdelete.WithTrashed).Find(&users).Error
					require.Empty(t, users)
					return err
				},
				"First": func(tx *gorm.DB) error { return tx.Scopes(softdelete.OnlyTrashed).First(&orderUser{}).Error },
				"Count": func(tx *gorm.DB) error {
					var n int64
					err := tx.Model(&orderUser{}).Scopes(softdelete.OnlyTrashed).Count(&n).Error
					require.Zero(t, n)
					return err
				},
				"no model": func(tx *gorm.DB) error {
					var n int64
					return tx.Table("order_users").Scopes(softdelete.OnlyTrashed).Count(&n).Error
				},
				"Scan": func(tx *gorm.DB) error {
					var users []orderUser
					return tx.Model(&orderUser{}).Scopes(softdelete.OnlyTrashed).Scan(&users).Error
				},
				"Rows": func(tx *gorm.DB) error {
					rows, err := tx.Model(&orderUser{}).Scopes(softdelete.OnlyTrashed).Rows()
					if rows != nil {
						defer rows.Close() //nolint:errcheck // there should be none
						require.NoError(t, rows.Err())
					}
					require.Nil(t, rows)
					return err
				},
				"Row": func(tx *gorm.DB) error {
					var n int
					return tx.Model(&orderUser{}).Select("count(*)").Scopes(softdelete.OnlyTrashed).Row().Scan(&n)
				},
				"raw SQL": func(tx *gorm.DB) error {
					var users []orderUser
					return tx.Raw("SELECT * FROM order_users").Scopes(softdelete.OnlyTrashed).Scan(&users).Error
				},
				"raw SQL, found": func(tx *gorm.DB) error {
					var users []orderUser
					return tx.Raw("SELECT * FROM order_users").Scopes(softdelete.OnlyTrashed).Find(&users).Error
				},
				"named in": func(tx *gorm.DB) error {
					var users []orderUser
					return tx.Scopes(softdelete.WithTrashedIn(&orderRole{})).Find(&users).Error
				},
			} {
				tx, pool := counting(db)
				require.ErrorIs(t, read(tx), softdelete.ErrNotSoftDeletable, name)
				require.Zero(t, pool.sent.Load(), name)
			}
			var modelErr *softdelete.ModelError
			tx, pool := counting(db)
			require.ErrorAs(t, tx.Scopes(softdelete.TrashedBy("ana")).Find(&[]orderTeam{}).Error, &modelErr)
			require.Zero(t, pool.sent.Load())

			// A subquery of which GORM loses the error makes the database refuse what it stands in.
			var n int64
			sub := db.Model(&orderUser{}).Scopes(softdelete.OnlyTrashed).Select("id")
			require.Error(t, db.Model(&orderPost{}).Where("author_id IN (?)", sub).Count(&n).Error)
			require.Zero(t, n)
		}
	})
}

// A callback that runs whatever SQL it finds on a statement, failed or not, gets no row of one that has failed.
func TestOrderOfErrorsAndWhoRunsThem(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		fillOrder(t, open(t))
		found, asked := 0, 0
		run := func(db *gorm.DB) {
			callbacks.BuildQuerySQL(db)
			asked++
			rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, db.Statement.SQL.String(), db.Statement.Vars...)
			if err != nil {
				return
			}
			defer rows.Close() //nolint:errcheck // of a test
			for rows.Next() {
				found++
			}
			_ = db.AddError(rows.Err())
		}
		db := arrange(t, open, arrangement{before: func(t *testing.T, db *gorm.DB) {
			t.Helper()
			require.NoError(t, db.Callback().Query().Before("*").Register("run", run))
			require.NoError(t, db.Callback().Row().Before("*").Register("run", run))
		}}, false)
		var users []orderUser
		require.NoError(t, db.Find(&users).Error)
		require.Equal(t, 2, found)
		found, asked = 0, 0
		require.ErrorIs(t, db.Scopes(softdelete.OnlyTrashed).Find(&users).Error, softdelete.ErrNotSoftDeletable)
		require.ErrorIs(t, db.Raw("SELECT * FROM order_users").Scopes(softdelete.OnlyTrashed).Scan(&users).Error, softdelete.ErrNotSoftDeletable)
		require.Equal(t, 2, asked)
		require.Zero(t, found)
	})
}

// The SQL of a statement that has failed is not logged as if it had been sent, and what is built without being sent is as ever.
func TestOrderOfErrorsThatAreNotRun(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		fillOrder(t, open(t))
		db := arrange(t, open, arrangement{}, false)
		var logged traced
		tx := db.Session(&gorm.Session{Logger: &logged})
		var users []orderUser
		require.Error(t, tx.Scopes(softdelete.OnlyTrashed).Find(&users).Error)
		require.Error(t, tx.Model(&orderUser{}).Scopes(softdelete.OnlyTrashed).Row().Err())
		require.Empty(t, logged.sql)
		require.NoError(t, tx.Find(&users).Error)
		require.Len(t, logged.sql, 1)

		dry := db.Session(&gorm.Session{DryRun: true}).Scopes(softdelete.OnlyTrashed).Find(&users)
		require.ErrorIs(t, dry.Error, softdelete.ErrNotSoftDeletable)
		require.Contains(t, dry.Statement.SQL.String(), "softdelete_error(")
		require.Contains(t, db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Find(&[]orderPost{}) }), "deleted_at")
	})
}
