package testdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
)

// How the tests of all packages get by with a server's connections.
//
// A test has a handle or two with a pool of at most maxOpenConns each, and mostly uses one or two. Packages run side by
// side, as many as there are cores, each with as many tests: the connections grow with the square of the cores. A server of
// our own has room for ownConnections. One that the environment names may have far fewer, 100 on PostgreSQL and 151 on
// MariaDB by default: there a connection that the server refuses because it has too many waits until others have closed.
const (
	maxOpenConns = 8
	maxIdleConns = 2

	// maxIdleTime has a handle that is not in use give its connections back to those that wait.
	maxIdleTime = time.Second

	ownConnections = "1000"

	// connectionTimeout bounds that wait: tests that hold a connection and want another might all wait for each other.
	connectionTimeout = 2 * time.Minute
	connectionRetry   = 50 * time.Millisecond

	mysqlTooMany    = 1040
	postgresTooMany = "53300"
)

// waitingPool is a pool of the named driver that waits for a connection of a server that has too many. A dialector gets it as
// its Conn: a DriverName of ours would have GORM's migrator for PostgreSQL go another way.
func waitingPool(driverName, dsn string) (*sql.DB, error) {
	connector, err := newWaitingConnector(driverName, dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// recordedPool is one for a test's handle, of which statements are recorded where that is wanted.
func recordedPool(database, driverName, dsn string) (*sql.DB, error) {
	connector, err := newWaitingConnector(driverName, dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(recording(database, connector)), nil
}

func newWaitingConnector(driverName, dsn string) (driver.Connector, error) {
	named, err := sql.Open(driverName, "") // It connects to nothing.
	if err != nil {
		return nil, err
	}
	defer func() { _ = named.Close() }()
	connector, err := named.Driver().(driver.DriverContext).OpenConnector(dsn)
	return waitingConnector{connector}, err
}

// waitingConnector waits for a connection.
type waitingConnector struct{ driver.Connector }

func (c waitingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	overdue := time.After(connectionTimeout)
	retry := time.NewTicker(connectionRetry)
	defer retry.Stop()
	for {
		conn, err := c.Connector.Connect(ctx)
		if err == nil || !tooMany(err) {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		case <-overdue:
			return nil, fmt.Errorf("no connection became free in %s: give the server more, or run fewer tests at once (go test -p 1 -parallel 2): %w",
				connectionTimeout, err)
		case <-retry.C:
		}
	}
}

// tooMany reports whether a server refused a connection because it has too many.
func tooMany(err error) bool {
	var postgres interface{ SQLState() string }
	if errors.As(err, &postgres) {
		return postgres.SQLState() == postgresTooMany
	}
	var mysqlError *mysql.MySQLError
	return errors.As(err, &mysqlError) && mysqlError.Number == mysqlTooMany
}

// limitPool keeps a handle from taking more than its share.
func limitPool(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(maxOpenConns)
	pool.SetMaxIdleConns(maxIdleConns)
	pool.SetConnMaxIdleTime(maxIdleTime)
	return nil
}
