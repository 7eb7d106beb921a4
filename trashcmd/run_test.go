package trashcmd

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// broken is a stream that cannot be written to.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestRun is what programs call: streams that are none or break, and the name of the command.
func TestRun(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	s.night(t)
	open := func(context.Context) (*gorm.DB, error) { return s.db, nil }
	require.Equal(t, exitDone, Run(t.Context(), []string{"list"}, IO{}, open, shopModels...))
	require.Equal(t, exitRefused, Run(t.Context(), []string{"restore", "customers", "1"}, IO{}, open, shopModels...))
	var out, stderr strings.Builder
	require.Equal(t, exitFound, Run(t.Context(), []string{"list"}, IO{Out: broken{}, Err: &stderr}, open, shopModels...))
	require.Contains(t, stderr.String(), "the output could not be written: no space left")
	stderr.Reset()
	ctx := WithName(t.Context(), "shop trash")
	require.Equal(t, exitRefused, Run(ctx, []string{"restore", "customers", "1"}, IO{Out: &out, Err: &stderr}, open, shopModels...))
	require.Contains(t, stderr.String(), "shop trash: nothing was done")
	require.Contains(t, stderr.String(), "\n  shop trash restore customers 1 --yes --expect ")
	require.Equal(t, filepath.Base(os.Args[0]), programName(t.Context()))
	require.Equal(t, "Restoring customers 1 would make 7 rows live again, of 3 tables:", strings.Split(out.String(), "\n")[0])
}

// TestRunOfNothing says that a context and a function that are nil are no panic.
func TestRunOfNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	open := func(ctx context.Context) (*gorm.DB, error) { return s.db, ctx.Err() }
	var none context.Context
	require.Equal(t, exitDone, Run(none, []string{"list"}, IO{}, open, shopModels...))
	require.Equal(t, exitDone, Run(none, []string{"list", "--timeout", "1h"}, IO{}, open, shopModels...))
	require.Equal(t, "shop trash", programName(WithName(none, "shop trash")))
	var stderr strings.Builder
	require.Equal(t, exitDatabase, Run(t.Context(), []string{"list"}, IO{Err: &stderr}, nil, shopModels...))
	require.Contains(t, stderr.String(), "the database could not be opened: there is no function that opens it")
}

// TestTerminal says that only a terminal is one: a file, a pipe and a device that throws all away
// are none.
func TestTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	require.NoError(t, err)
	read, write, err := os.Pipe()
	require.NoError(t, err)
	for _, stream := range []*os.File{file, null, read, write, nil} {
		width, is := terminalOf(stream)
		require.False(t, is)
		require.Zero(t, width)
		if stream != nil {
			require.NoError(t, stream.Close())
		}
	}
	_, is := terminalOf(nil)
	require.False(t, is)
	_, is = terminalOf(&strings.Builder{})
	require.False(t, is)
}

const asProgram = "TRASHCMD_TEST_AS_PROGRAM" // in the environment: these tests are a program

// down is a database that is not there.
type (
	down struct{ gorm.Dialector }
	deaf struct{ gorm.ConnPool }
)

func (down) Initialize(db *gorm.DB) error {
	db.ConnPool = deaf{}
	return nil
}

func (deaf) Ping() error { return errors.New("connection refused") }

// TestMainOfAProgram says that stdout is what was asked for alone, whatever GORM has to say of a
// database that cannot be opened: by default it says it there.
func TestMainOfAProgram(t *testing.T) {
	t.Parallel()
	c := exec.CommandContext(t.Context(), os.Args[0], "list", "--json")
	c.Env = append(os.Environ(), asProgram+"=1")
	var out, stderr strings.Builder
	c.Stdout, c.Stderr = &out, &stderr
	var exit *exec.ExitError
	require.ErrorAs(t, c.Run(), &exit)
	require.Equal(t, exitDatabase, exit.ExitCode())
	require.Empty(t, out.String())
	require.Equal(t, filepath.Base(os.Args[0])+": the database could not be opened: connection refused\n", stderr.String())
}
