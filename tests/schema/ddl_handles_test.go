package schema_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// noServer is a pool behind which there is nothing.
type noServer struct{ t *testing.T }

func (n noServer) refuse(query string) error {
	n.t.Errorf("a statement was sent: %s", query)
	return errors.New("no server")
}

func (n noServer) PrepareContext(_ context.Context, query string) (*sql.Stmt, error) {
	return nil, n.refuse(query)
}

func (n noServer) ExecContext(_ context.Context, query string, _ ...any) (sql.Result, error) {
	return nil, n.refuse(query)
}

func (n noServer) QueryContext(_ context.Context, query string, _ ...any) (*sql.Rows, error) {
	return nil, n.refuse(query)
}

func (n noServer) QueryRowContext(_ context.Context, query string, _ ...any) *sql.Row {
	_ = n.refuse(query)
	return nil
}

// withoutServers are handles that have no database.
func withoutServers(t *testing.T) map[string]*gorm.DB {
	t.Helper()
	lists := map[string]*gorm.DB{}
	for name, dialector := range map[string]gorm.Dialector{
		"postgres": postgres.New(postgres.Config{Conn: noServer{t}}),
		"mysql":    mysql.New(mysql.Config{Conn: noServer{t}, SkipInitializeWithVersion: true}),
		"tidb":     mysql.New(mysql.Config{Conn: noServer{t}, SkipInitializeWithVersion: true, ServerVersion: "8.0.11-TiDB-v8.4.0"}),
		"sqlite":   testdb.SQLite(":memory:"),
	} {
		db, err := gorm.Open(dialector, &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true})
		require.NoError(t, err)
		if name == "sqlite" {
			db.ConnPool, db.Statement.ConnPool = noServer{t}, noServer{t}
		}
		lists[name] = db
	}
	return lists
}

// TestDDLRunsNothing says so for each kind of handle.
func TestDDLRunsNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: ddlModels()})
		want, err := softdelete.DDL(db)
		require.NoError(t, err)
		log := record.Record(t, db)
		for _, db := range []*gorm.DB{db, db.Session(&gorm.Session{DryRun: true}), db.Session(&gorm.Session{PrepareStmt: true}), db.Session(&gorm.Session{SkipDefaultTransaction: true})} {
			list, err := softdelete.DDL(db)
			require.NoError(t, err)
			require.Equal(t, want, list)
		}
		require.Empty(t, log.Take())
	})
}

// TestDDLAtOnce says that several may ask.
func TestDDLAtOnce(t *testing.T) {
	t.Parallel()
	for name, db := range withoutServers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, db.Use(softdelete.New()))
			lists := make([][]softdelete.Statement, 4)
			var all sync.WaitGroup
			for i := range lists {
				all.Go(func() { lists[i], _ = softdelete.DDL(db, ddlModels()...) })
			}
			all.Wait()
			for _, list := range lists {
				require.NotEmpty(t, list)
				require.Equal(t, lists[0], list)
			}
		})
	}
}

func TestDDLErrors(t *testing.T) {
	t.Parallel()
	_, err := softdelete.DDL(nil, &handMade{})
	require.ErrorIs(t, err, gorm.ErrInvalidDB)
	db := withoutServers(t)["postgres"]
	_, err = softdelete.DDL(db, &handMade{})
	require.ErrorIs(t, err, softdelete.ErrNotInstalled)
	require.NoError(t, db.Use(softdelete.New()))
	for _, models := range [][]any{nil, {nil}, {"users"}, {7}, {(*handMade)(nil), any(nil)}} {
		_, err = softdelete.DDL(db, models...)
		require.ErrorIs(t, err, gorm.ErrInvalidValue, "%v", models)
	}
	type wrong struct {
		ID        uint
		DeletedAt gorm.DeletedAt `softdelete:"uniqe"`
	}
	var mistake *softdelete.ModelError
	_, err = softdelete.DDL(db, &wrong{})
	require.ErrorAs(t, err, &mistake)
	list, err := softdelete.DDL(db, &ddlPlain{})
	require.NoError(t, err)
	require.Empty(t, list)
}
