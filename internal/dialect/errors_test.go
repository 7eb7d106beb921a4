package dialect_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

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
