package foreignkeys_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// undeclared are Doctor's findings of foreign keys, by table.
func undeclared(t *testing.T, db *gorm.DB, models ...any) map[string][]string {
	t.Helper()
	findings, err := softdelete.Doctor(db, models...)
	require.NoError(t, err)
	found := map[string][]string{}
	for _, f := range findings {
		if f.Code == softdelete.CodeCascadeUndeclared {
			require.Equal(t, softdelete.SeverityWarning, f.Severity)
			require.Empty(t, f.Remedy)
			found[f.Table] = append(found[f.Table], f.Message)
		}
	}
	return found
}

// TestDoctorFindsUndeclared says that Doctor finds what only the database does to soft-deletable rows, each once.
func TestDoctorFindsUndeclared(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		found := undeclared(t, use(t, open, softdelete.Config{}))
		require.Len(t, found, 4, "%v", found)
		for table, says := range map[string][]string{
			"papers":  {"foreign key on folder_id is ON DELETE CASCADE", "refused while live ones are there", `constraint:OnDelete:CASCADE, or tag it softdelete:"cascade"`},
			"drawers": {"foreign key on tenant, folder_code is ON DELETE CASCADE"},
			"cards":   {"foreign key on folder_id is ON DELETE SET NULL", "parts trashed ones from it", `softdelete:"none"`},
			"folders": {"foreign key on parent_id is ON DELETE CASCADE"},
		} {
			require.Len(t, found[table], 1, table)
			for _, text := range says {
				require.Contains(t, found[table][0], text)
			}
		}
		ignoring := undeclared(t, use(t, open, softdelete.Config{IgnoreConstraints: true}))
		require.Len(t, ignoring, 4)
		require.Contains(t, ignoring["papers"][0], "removes live ones for good, as Config.IgnoreConstraints is set")

		// One end of it is enough.
		require.Len(t, undeclared(t, use(t, open, softdelete.Config{}), &Folder{})["papers"], 1)
		require.Len(t, undeclared(t, use(t, open, softdelete.Config{}), &Paper{})["papers"], 1)
		l, config := logged()
		db := use(t, open, softdelete.Config{}, config)
		require.Empty(t, undeclared(t, db, &Lone{}))
		sent := l.take()
		require.LessOrEqual(t, len(sent), 6, strings.Join(sent, "\n"))
	})
}

// TestDoctorAcceptsWhatModelsTell says that what the models declare is no finding.
func TestDoctorAcceptsWhatModelsTell(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		require.Empty(t, undeclared(t, use(t, open, softdelete.Config{Models: tellers()})))
	})
}
