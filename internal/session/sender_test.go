package session

import (
	"testing"

	"github.com/stretchr/testify/require"
)

type (
	Migrator  struct{} // As drivers call it, all but one.
	_Migrator struct{}
	byAddress struct{}
)

func (Migrator) AlterColumn() bool   { return IsOfMigrator("AlterColumn") }
func (_Migrator) AlterColumn() bool  { return IsOfMigrator("AlterColumn") }
func (*byAddress) AlterColumn() bool { return IsOfMigrator("AlterColumn") }

func TestIsOfMigratorWhateverADriverCallsIt(t *testing.T) {
	t.Parallel()
	require.True(t, Migrator{}.AlterColumn())
	require.True(t, _Migrator{}.AlterColumn())
	require.False(t, (&byAddress{}).AlterColumn(), "it is none")
	require.False(t, IsOfMigrator("AlterColumn"))
}
