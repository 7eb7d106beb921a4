package softdelete

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"gorm.io/gorm"
)

// endRow is the last callback of the row chain. It makes db.Row() of a statement
// that failed return a row of which Scan returns the error. GORM returns nil, of
// which Scan panics.
func endRow(db *gorm.DB) {
	endRead(db)
	if db.Error == nil {
		return
	}
	if rows, _ := db.Get("rows"); rows != false {
		return
	}
	if row, ok := db.Statement.Dest.(*sql.Row); ok && row != nil {
		return
	}
	pool := sql.OpenDB(failedConnector{db.Error})
	defer pool.Close() //nolint:errcheck // it holds nothing
	db.Statement.Dest = pool.QueryRowContext(context.Background(), "")
}

// failedConnector is a database that cannot be reached, for a known reason.
type failedConnector struct{ err error }

func (c failedConnector) Connect(context.Context) (driver.Conn, error) { return nil, c.err }

func (c failedConnector) Driver() driver.Driver { return c }

func (c failedConnector) Open(string) (driver.Conn, error) { return nil, c.err }
