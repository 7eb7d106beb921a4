package guard_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	hardRow struct {
		ID        uint
		Name      string `gorm:"size:20"`
		DeletedAt gorm.DeletedAt
	}
	hardFlag struct {
		ID        uint
		IsDeleted softdelete.Flag `gorm:"not null;default:false"`
	}
)

func (hardRow) TableName() string  { return "hard_rows" }
func (hardFlag) TableName() string { return "hard_rows" }

// TestGuardStandsWithItsTable says that what a guard is made of belongs into the schema of its table, and does not go with another.
func TestGuardStandsWithItsTable(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "postgres"), softdelete.Config{})
	var own string
	require.NoError(t, db.Raw("SELECT current_schema()").Scan(&own).Error)
	tenant := own + "_tenant"
	sqlDB, err := db.DB()
	require.NoError(t, err)
	sqlDB.SetMaxOpenConns(1)
	for _, sql := range []string{
		"CREATE SCHEMA " + tenant, "CREATE TABLE hard_rows (id bigserial PRIMARY KEY, name text, deleted_at timestamptz)", "INSERT INTO hard_rows (name) VALUES ('a')",
		"SET search_path = " + tenant + ", " + own,
	} {
		require.NoError(t, db.Exec(sql).Error, sql)
	}
	t.Cleanup(func() { _ = db.Exec("DROP SCHEMA IF EXISTS " + tenant + " CASCADE").Error })
	require.NoError(t, softdelete.Guard(db, &hardRow{}))
	require.ErrorIs(t, db.Exec("DELETE FROM hard_rows").Error, softdelete.ErrGuarded)
	require.NoError(t, db.Exec("DROP SCHEMA "+tenant+" CASCADE").Error)
	require.ErrorIs(t, db.Exec("DELETE FROM "+own+".hard_rows").Error, softdelete.ErrGuarded)
	require.NoError(t, softdelete.Unguard(db, &hardRow{}))
	require.NoError(t, db.Exec("DELETE FROM "+own+".hard_rows").Error)
	require.Empty(t, tables.Column[string](t, db, "SELECT proname FROM pg_proc WHERE proname = 'softdelete_guard_hard_rows' AND pronamespace = '"+own+"'::regnamespace"))
}

// TestTruncateByWhoSeesNoRows says that a table is not truncated by somebody who does not see what is in it.
func TestTruncateByWhoSeesNoRows(t *testing.T) {
	t.Parallel()
	open := testdb.OpenerFor(t, "postgres")
	db := handles.WithPlugin(t, open, softdelete.Config{}, &hardRow{})
	require.NoError(t, softdelete.Guard(db, &hardRow{}))
	require.NoError(t, db.Exec("CREATE TABLE others (id int)").Error)
	tx := db.Begin()
	require.NoError(t, tx.Exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").Error)
	require.NoError(t, tx.Exec("SELECT count(*) FROM others").Error)
	require.NoError(t, open(t).Exec("INSERT INTO hard_rows (name) VALUES ('meanwhile')").Error)
	require.ErrorIs(t, tx.Exec("TRUNCATE hard_rows").Error, softdelete.ErrGuarded)
	require.NoError(t, tx.Rollback().Error)
	require.NoError(t, db.Exec("DELETE FROM hard_rows WHERE deleted_at IS NOT NULL").Error)
	require.NoError(t, softdelete.ForceDelete(db.Where("1 = 1"), &hardRow{}).Error)
	require.NoError(t, db.Exec("TRUNCATE hard_rows").Error, "it is empty")
}

// TestMovedRowIsToldByTheRow says that a row of a partition is moved if it is in the table still, whatever the statement looks like.
func TestMovedRowIsToldByTheRow(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "postgres"), softdelete.Config{})
	for _, sql := range []string{
		"CREATE TABLE parted (id bigint, is_deleted boolean NOT NULL DEFAULT false) PARTITION BY LIST (is_deleted)",
		"CREATE TABLE parted_live PARTITION OF parted FOR VALUES IN (false)", "CREATE TABLE parted_trash PARTITION OF parted FOR VALUES IN (true)",
		"INSERT INTO parted VALUES (1), (2), (3)", "CREATE TABLE jobs (n int)", "INSERT INTO jobs VALUES (0)",
		"CREATE FUNCTION clean() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM parted WHERE id = 1; RETURN 1; END'",
	} {
		require.NoError(t, db.Exec(sql).Error, sql)
	}
	require.NoError(t, softdelete.Guard(db, &parted{}))
	for _, refused := range []string{"SELECT clean()", "UPDATE jobs SET n = clean()", "WITH gone AS (DELETE FROM parted WHERE id = 1 RETURNING id) UPDATE jobs SET n = 1 FROM gone"} {
		require.ErrorIs(t, db.Exec(refused).Error, softdelete.ErrGuarded, refused)
	}
	for _, moves := range []string{
		"/* a; comment */ UPDATE parted SET is_deleted = true WHERE id = 1", "UPDATE\n parted SET is_deleted = true WHERE id = 2",
		"WITH moved AS (UPDATE parted SET is_deleted = true WHERE id = 3 RETURNING id) SELECT count(*) FROM moved",
	} {
		require.NoError(t, db.Exec(moves).Error, moves)
	}
	require.Equal(t, []int{1, 2, 3}, tables.Column[int](t, db, "SELECT id FROM parted_trash ORDER BY id"))
}

// TestGuardOfTheWrongThing says that a guard which could not work is an error, and none is made.
func TestGuardOfTheWrongThing(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: []any{&hardRow{}}})
		require.NoError(t, db.Exec("CREATE TABLE hard_rows (id int primary key)").Error)
		require.ErrorContains(t, softdelete.Guard(db, &hardRow{}), "no column deleted_at")
		require.NoError(t, db.Exec("DELETE FROM hard_rows").Error)
		require.NoError(t, db.Migrator().DropTable("hard_rows"))
		require.NoError(t, db.Exec("CREATE TABLE hard_rows (id int primary key, name varchar(20), deleted_at timestamp NULL, is_deleted boolean NOT NULL DEFAULT false)").Error)

		for what, err := range map[string]error{
			"no model for a named table": softdelete.Guard(db.Table("hard_rows")),
			"two for it":                 softdelete.Guard(db.Table("hard_rows"), &hardRow{}, &hardRow{}),
			"an alias":                   softdelete.Guard(db.Table("hard_rows AS b"), &hardRow{}),
		} {
			require.ErrorIs(t, err, gorm.ErrInvalidValue, what)
		}
		_, err := softdelete.GuardDDL(handles.WithPlugin(t, open, softdelete.Config{}), &hardRow{}, &hardFlag{})
		require.Error(t, err, "they do not agree which rows are live")
	})
}

// TestForceDeleteOnAConnectionInATransaction says that a force delete on a connection which somebody has begun a transaction on by hand
// is part of that.
func TestForceDeleteOnAConnectionInATransaction(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &hardRow{})
		require.NoError(t, db.Create(&[]hardRow{{Name: "a"}, {Name: "b"}}).Error)
		require.NoError(t, softdelete.Guard(db, &hardRow{}))
		require.NoError(t, db.Connection(func(conn *gorm.DB) error {
			require.NoError(t, conn.Exec("BEGIN").Error)
			tx := conn.Session(&gorm.Session{SkipDefaultTransaction: true})
			require.NoError(t, tx.Unscoped().Delete(&hardRow{ID: 1}).Error)
			require.ErrorIs(t, tx.Exec("DELETE FROM hard_rows WHERE id = 2").Error, softdelete.ErrGuarded)
			return conn.Exec("ROLLBACK").Error
		}))
		require.Equal(t, []int{1, 2}, tables.IDsOf(t, db, "hard_rows"))
		require.NoError(t, db.Connection(func(conn *gorm.DB) error {
			return conn.Session(&gorm.Session{SkipDefaultTransaction: true}).Unscoped().Delete(&hardRow{ID: 1}).Error
		}))
		require.Equal(t, []int{2}, tables.IDsOf(t, db, "hard_rows"))
	})
}
