package testdb

import (
	"context"
	"database/sql/driver"
)

// recording is a connector whose connections record what is sent. Where nothing is to be recorded it is the connector itself. It
// stands below database/sql, where all goes by: what GORM logs and what a statement's pool is asked directly. Whoever asks for
// the driver gets the true one.
func recording(database string, connector driver.Connector) driver.Connector {
	r := theRecorder()
	if r == nil {
		return connector
	}
	return recordingConnector{connector, database, r}
}

type recordingConnector struct {
	driver.Connector
	database string
	recorder *recorder
}

func (c recordingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &recordingConn{conn, c.database, c.recorder}, nil
}

// recordingConn passes on all that a connection can be asked for, and says that it cannot what the connection cannot, in the words
// in which database/sql wants it.
type recordingConn struct {
	driver.Conn
	database string
	recorder *recorder
}

func (c *recordingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	execer, ok := c.Conn.(driver.ExecerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	result, err := execer.ExecContext(ctx, query, args)
	c.sent(query, err)
	return result, err
}

func (c *recordingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	queryer, ok := c.Conn.(driver.QueryerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	rows, err := queryer.QueryContext(ctx, query, args)
	c.sent(query, err)
	return rows, err
}

func (c *recordingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	prepare := func(_ context.Context, query string) (driver.Stmt, error) { return c.Prepare(query) }
	if preparer, ok := c.Conn.(driver.ConnPrepareContext); ok {
		prepare = preparer.PrepareContext
	}
	stmt, err := prepare(ctx, query)
	c.sent(query, err)
	return stmt, err
}

// sent records a statement that the database has taken. Tests send many that it refuses, some of which only look like SQL.
func (c *recordingConn) sent(query string, err error) {
	if err == nil {
		c.recorder.record(c.database, query)
	}
}

func (c *recordingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if beginner, ok := c.Conn.(driver.ConnBeginTx); ok {
		return beginner.BeginTx(ctx, opts)
	}
	return c.Begin()
}

func (c *recordingConn) Ping(ctx context.Context) error {
	if pinger, ok := c.Conn.(driver.Pinger); ok {
		return pinger.Ping(ctx)
	}
	return nil
}

func (c *recordingConn) ResetSession(ctx context.Context) error {
	if resetter, ok := c.Conn.(driver.SessionResetter); ok {
		return resetter.ResetSession(ctx)
	}
	return nil
}

func (c *recordingConn) IsValid() bool {
	validator, ok := c.Conn.(driver.Validator)
	return !ok || validator.IsValid()
}

func (c *recordingConn) CheckNamedValue(value *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(value)
	}
	return driver.ErrSkip
}
