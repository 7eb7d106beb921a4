package testdb

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

// state is an error of PostgreSQL.
type state string

func (s state) Error() string    { return string(s) }
func (s state) SQLState() string { return string(s) }

// refusing refuses as many connections as it has errors.
type refusing struct {
	driver.Connector
	errs  []error
	asked int
}

func (r *refusing) Connect(context.Context) (driver.Conn, error) {
	r.asked++
	if r.asked > len(r.errs) {
		return nil, nil //nolint:nilnil // Nobody uses the connection.
	}
	return nil, r.errs[r.asked-1]
}

func TestConnectionsWaitForAFullServer(t *testing.T) {
	t.Parallel()
	full := &refusing{errs: []error{state(postgresTooMany), &mysql.MySQLError{Number: mysqlTooMany}}}
	_, err := waitingConnector{Connector: full}.Connect(context.Background())
	require.NoError(t, err)
	require.Equal(t, 3, full.asked)
}

func TestConnectionsDoNotWaitForAnotherError(t *testing.T) {
	t.Parallel()
	for _, refusal := range []error{errors.New("no such host"), state("28P01"), &mysql.MySQLError{Number: 1045}} {
		other := &refusing{errs: []error{refusal}}
		_, err := waitingConnector{Connector: other}.Connect(context.Background())
		require.ErrorIs(t, err, refusal)
		require.Equal(t, 1, other.asked)
	}
}

func TestConnectionsStopWaitingWithTheirContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	full := &refusing{errs: []error{state(postgresTooMany), state(postgresTooMany), state(postgresTooMany)}}
	_, err := waitingConnector{Connector: full}.Connect(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
