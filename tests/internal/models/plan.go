package models

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
)

// RequirePlan holds a plan against what it has to say, and its steps against its rows.
func RequirePlan(t *testing.T, want, got softdelete.Plan, about ...any) {
	t.Helper()
	require.Equal(t, want.Operation, got.Operation, about...)
	require.Equal(t, want.Rows, got.Rows, about...)
	require.ElementsMatch(t, want.Restricted, got.Restricted, about...)
	require.ElementsMatch(t, want.Conflicts, got.Conflicts, about...)
	require.ElementsMatch(t, want.TrashedParents, got.TrashedParents, about...)
	require.NotEmpty(t, got.Fingerprint(), about...)
	byStep := map[string]int64{}
	for _, step := range got.Steps {
		byStep[step.Table] += step.Rows
	}
	require.Equal(t, got.Rows, byStep, about...)
}
