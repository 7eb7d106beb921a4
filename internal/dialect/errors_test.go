package dialect_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// TestKindsOfMariaDBsErrors says which errors may be tried again, and which are not about rows: the driver has the SQLSTATE in a
// field.
func TestKindsOfMariaDBsErrors(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "mariadb")
	require.NoError(t, db.Exec("CREATE TABLE a_notes (id integer PRIMARY KEY)").Error)
	require.NoError(t, db.Exec("INSERT INTO a_notes (id) VALUES (1), (2), (3)").Error)
	missing := db.Exec("SELECT 1 FROM no_such_table").Error
	require.True(t, dialect.IsSystemic(missing), "%v", missing)
	require.False(t, dialect.IsTransient(missing))
	taken := db.Exec("INSERT INTO a_notes (id) VALUES (1)").Error
	require.Error(t, taken)
	require.False(t, dialect.IsSystemic(taken), "%v", taken)
	require.False(t, dialect.IsTransient(taken), "%v", taken)

	lock := "SELECT id FROM a_notes WHERE id = ? FOR UPDATE"
	one, two := db.Begin(), db.Begin()
	defer one.Rollback()
	defer two.Rollback()
	require.NoError(t, one.Exec(lock, 1).Error)
	require.NoError(t, two.Exec(lock, 2).Error)
	waited := make(chan error)
	go func() { waited <- one.Exec(lock, 2).Error }()
	err := two.Exec(lock, 1).Error
	if err == nil {
		require.NoError(t, two.Rollback().Error)
		err = <-waited
	} else {
		require.NoError(t, two.Rollback().Error)
		require.NoError(t, <-waited)
	}
	require.True(t, dialect.IsTransient(err), "%v", err)
	require.False(t, dialect.IsSystemic(err), "%v", err)
}

// TestKindsOfTiDBsErrors says the same of conflicts that TiDB finds only at the commit, and of transactions that are too large.
func TestKindsOfTiDBsErrors(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "tidb")
	require.NoError(t, db.Exec("CREATE TABLE a_notes (id integer PRIMARY KEY, n integer, t varchar(4000))").Error)
	require.NoError(t, db.Exec("INSERT INTO a_notes VALUES (1, 0, REPEAT('x', 4000)), (2, 0, REPEAT('x', 4000))").Error)
	require.NoError(t, db.Connection(func(tx *gorm.DB) error {
		tx = tx.Session(&gorm.Session{})
		require.NoError(t, tx.Exec("BEGIN OPTIMISTIC").Error)
		require.NoError(t, tx.Exec("UPDATE a_notes SET n = 1 WHERE id = 1").Error)
		require.NoError(t, db.Exec("UPDATE a_notes SET n = 2 WHERE id = 1").Error)
		err := tx.Exec("COMMIT").Error
		require.True(t, dialect.HasNumber(err, 9007), "%v", err)
		require.True(t, dialect.IsTransient(err), "%v", err)
		require.False(t, dialect.IsSystemic(err), "%v", err)
		require.False(t, dialect.IsTooLarge(err), "%v", err)

		require.NoError(t, tx.Exec("SET SESSION tidb_mem_quota_query = 4000").Error)
		defer tx.Exec("SET SESSION tidb_mem_quota_query = DEFAULT")
		err = tx.Exec("UPDATE a_notes SET n = n + 1").Error
		require.True(t, dialect.IsTooLarge(err), "%v", err)
		require.False(t, dialect.IsTransient(err), "%v", err)
		return nil
	}))
}

// TestErrorsByTheirNumber says that errors of MySQL's protocol are known by their number, whatever they say.
func TestErrorsByTheirNumber(t *testing.T) {
	t.Parallel()
	for _, number := range []uint16{1020, 1205, 1213, 8002, 8005, 8022, 8028, 9007} {
		err := fmt.Errorf("wrapped: %w", &mysql.MySQLError{Number: number, SQLState: [5]byte{'H', 'Y', '0', '0', '0'}, Message: "?"})
		require.True(t, dialect.IsTransient(err), "%v", err)
		require.False(t, dialect.IsTooLarge(err), "%v", err)
	}
	for _, number := range []uint16{9001, 9002, 9003, 9004, 9005, 9006, 9010} {
		err := &mysql.MySQLError{Number: number, SQLState: [5]byte{'H', 'Y', '0', '0', '0'}}
		require.True(t, dialect.IsSystemic(err), "no row is at fault: %v", err)
		require.False(t, dialect.IsTransient(err), "%v", err)
	}
	for _, number := range []uint16{8004, 8175} {
		require.True(t, dialect.IsTooLarge(&mysql.MySQLError{Number: number}))
	}
	require.True(t, dialect.IsTransient(&mysql.MySQLError{Number: 1105, Message: "pessimistic lock retry limit reached"}))
	require.False(t, dialect.IsTransient(&mysql.MySQLError{Number: 1105, Message: "it is not implemented"}))
	require.False(t, dialect.IsTransient(&mysql.MySQLError{Number: 1062, Message: "8002"}))
	require.False(t, dialect.IsTransient(mysql.ErrInvalidConn), "nobody knows if it was committed")
	require.True(t, dialect.IsSystemic(mysql.ErrInvalidConn))
	require.False(t, dialect.IsTransient(errors.New("8002")), "of another driver")
	require.False(t, dialect.IsTransient(wrapped{}), "what it embeds is nil")
}

// wrapped is an error that has one of the driver's, or none, without wrapping it.
type wrapped struct{ *mysql.MySQLError }

func (wrapped) Error() string { return "nothing" }
