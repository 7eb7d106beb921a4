// Package doctored runs Doctor and its remedies.
package doctored

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// Doctored is what Doctor finds.
func Doctored(t *testing.T, db *gorm.DB, models ...any) []softdelete.Finding {
	t.Helper()
	findings, err := softdelete.Doctor(db, models...)
	require.NoError(t, err)
	for _, f := range findings {
		require.NotEmpty(t, f.Code)
		require.Contains(t, []string{softdelete.SeverityError, softdelete.SeverityWarning, softdelete.SeverityInfo}, f.Severity)
		require.NotEmpty(t, f.Table)
		require.NotEmpty(t, f.Model)
		require.NotEmpty(t, f.Message)
	}
	return findings
}

// CodesOf lists findings as "severity code table", sorted.
func CodesOf(findings []softdelete.Finding) []string {
	list := make([]string, len(findings))
	for i, f := range findings {
		list[i] = f.Severity + " " + f.Code + " " + f.Table
	}
	slices.Sort(list)
	return list
}

// FindingOf is the one finding of a code and table.
func FindingOf(t *testing.T, findings []softdelete.Finding, code, table string) softdelete.Finding {
	t.Helper()
	var found []softdelete.Finding
	for _, f := range findings {
		if f.Code == code && f.Table == table {
			found = append(found, f)
		}
	}
	require.Len(t, found, 1, "%s of %s among %v", code, table, CodesOf(findings))
	return found[0]
}

// Cure runs the remedies in the order of the findings: each as it is, or line by
// line where a driver takes one statement at a time.
func Cure(t *testing.T, db *gorm.DB, findings ...softdelete.Finding) {
	t.Helper()
	for _, f := range findings {
		for line := range strings.Lines(f.Remedy) {
			require.True(t, strings.HasSuffix(strings.TrimSpace(line), ";"), line)
			if db.Name() == "mysql" {
				require.NoError(t, db.Exec(line).Error, "%s of %s: %s", f.Code, f.Table, line)
			}
		}
		if db.Name() != "mysql" && f.Remedy != "" {
			require.NoError(t, db.Exec(f.Remedy).Error, "%s of %s: %s", f.Code, f.Table, f.Remedy)
		}
	}
}

// RunAll runs statements, one after the other.
func RunAll(t *testing.T, db *gorm.DB, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		require.NoError(t, db.Exec(sql).Error, sql)
	}
}
