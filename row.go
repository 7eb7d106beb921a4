package softdelete

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"gorm.io/gorm"
)

// failedRow makes db.Row() of a statement that failed return a row of which Scan
// returns the error. GORM returns nil, of which Scan panics.
func failedRow(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		next(db)
		if rows, _ := db.Get("rows"); rows != false || db.Error == nil {
			return
		}
		if row, ok := db.Statement.Dest.(*sql.Row); ok && row != nil {
			return
		}
		pool := sql.OpenDB(failedConnector{db.Error})
		defer pool.Close() //nolint:errcheck // it holds nothing
		db.Statement.Dest = pool.QueryRowContext(context.Background(), "")
	}
}

// failedConnector is a database that cannot be reached, for a known reason.
type failedConnector struct{ err error }

func (c failedConnector) Connect(context.Context) (driver.Conn, error) { return nil, c.err }

func (c failedConnector) Driver() driver.Driver { return c }

func (c failedConnector) Open(string) (driver.Conn, error) { return nil, c.err }
