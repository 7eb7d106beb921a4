package database

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// NeedsPostgres skips a test of what PostgreSQL has since some version on a server before that. It does not look at other databases.
func NeedsPostgres(t *testing.T, db *gorm.DB, since int, what string) {
	t.Helper()
	if db.Name() != "postgres" {
		return
	}
	var version int
	require.NoError(t, db.Raw("SELECT current_setting('server_version_num')::int / 10000").Scan(&version).Error)
	if version < since {
		t.Skip("PostgreSQL has " + what + " since " + strconv.Itoa(since))
	}
}
