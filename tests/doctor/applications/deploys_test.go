package applications_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/plugin/soft_delete"
)

// deploys marks by a Unix time that is 0 in live rows, in a column of a name of its own: within its unique keys, beside them as a
// condition, or not at all. A table is called as what SQL reserves.
type (
	deploysGroup struct {
		ID        uint
		ParentID  uint
		Path      string
		Name      string
		CreatedAt time.Time
		DeletedTs soft_delete.DeletedAt `gorm:"column:deleted_ts"`
	}
	deploysCluster struct {
		ID            uint
		ApplicationID uint
		Name          string
		Region        string
		Note          string
		DeletedTs     soft_delete.DeletedAt `gorm:"column:deleted_ts;softDelete:milli"`
	}

	taggedDeploysCluster struct {
		ID            uint
		ApplicationID uint
		Name          string `softdelete:"unique:idx_name"`
		Region        string
		Note          string
		DeletedTs     soft_delete.DeletedAt `gorm:"column:deleted_ts;softDelete:milli"`
	}
)

func (deploysGroup) TableName() string         { return "group" }
func (deploysCluster) TableName() string       { return "deploys_clusters" }
func (taggedDeploysCluster) TableName() string { return "deploys_clusters" }

var deploys = &application{
	name: "deploys",
	schema: []string{
		"CREATE TABLE `group` (id {id}, parent_id {ref} NOT NULL DEFAULT 0, path varchar(191) NOT NULL DEFAULT '', name varchar(128) NOT NULL DEFAULT '', created_at {seconds} NOT NULL DEFAULT {now}, deleted_ts bigint NOT NULL DEFAULT 0, " +
			"CONSTRAINT idx_parent_path UNIQUE (parent_id, deleted_ts, path))",
		"CREATE INDEX idx_group_deleted_ts ON `group` (deleted_ts)",
		"CREATE TABLE deploys_clusters (id {id}, application_id {ref} NOT NULL, name varchar(64) NOT NULL DEFAULT '', region varchar(64) NOT NULL, note varchar(191), deleted_ts bigint DEFAULT 0)",
		"CREATE UNIQUE INDEX idx_name ON deploys_clusters (name)",
		"-mariadb: CREATE UNIQUE INDEX idx_application_region ON deploys_clusters (application_id, region) WHERE deleted_ts = 0",
		"mariadb: CREATE UNIQUE INDEX idx_application_region ON deploys_clusters (application_id, region, deleted_ts)",
	},
	rows: []string{
		"INSERT INTO `group` (id, parent_id, path, name, deleted_ts) VALUES (90101, 0, 'a', 'A', 0), (90102, 90101, 'b', 'B', 0), (90103, 90101, 'b', 'B', 1714557600), (90104, 90101, 'b', 'B', 1714557601)",
		"INSERT INTO deploys_clusters (id, application_id, name, region, deleted_ts) VALUES (90101, 1, 'one', 'hz', 0), (90102, 1, 'two', 'gz', 0), (90103, 1, 'three', 'hz', 1714557600000)",
	},
	models: []any{&deploysGroup{}, &deploysCluster{}},
	tagged: []any{nil, &taggedDeploysCluster{}},
	fine:   []string{"idx_parent_path", "idx_application_region"},
	keeps: []kept{
		{
			what: "a path", sets: "name", where: map[string]any{"parent_id": 90101, "path": "c"}, free: "all", target: on("parent_id", "deleted_ts", "path"),
			row: func(n int) any { return &deploysGroup{ParentID: 90101, Path: "c", Name: note(n)} },
		},
		{
			what: "a name", sets: "note", where: map[string]any{"name": "four"}, target: on("name"),
			row: func(n int) any {
				return &deploysCluster{ApplicationID: uint(100 + n), Name: "four", Region: note(n), Note: note(n)}
			},
		},
		{
			what: "a region", sets: "note", where: map[string]any{"application_id": 7, "region": "hz"}, free: "all", only: "sqlite postgres",
			row: func(n int) any {
				return &deploysCluster{ApplicationID: 7, Name: note(n) + "r", Region: "hz", Note: note(n)}
			},
			target: targeting("deleted_ts = 0", "application_id", "region"),
		},
		{
			what: "a region on MariaDB", sets: "note", where: map[string]any{"application_id": 8, "region": "hz"}, free: "all", only: "mariadb",
			row: func(n int) any {
				return &deploysCluster{ApplicationID: 8, Name: note(n) + "m", Region: "hz", Note: note(n)}
			},
			target: on("application_id", "region", "deleted_ts"),
		},
	},
	calls: func(t *testing.T, w *world) {
		t.Helper()
		var paths []string
		require.NoError(t, w.db.Model(&deploysGroup{}).Where("parent_id = ?", 90101).Pluck("path", &paths).Error)
		require.Equal(t, []string{"b"}, paths)
		require.NoError(t, w.db.Clauses(clause.OnConflict{DoNothing: true}).Create(w.as(&deploysCluster{Name: "one", Region: "x"})).Error)
		var n int64
		require.NoError(t, w.db.Model(w.as(&deploysCluster{})).Count(&n).Error)
		require.EqualValues(t, 2, n)
		require.NoError(t, w.db.Session(&gorm.Session{}).Where("name = ?", "two").Delete(w.as(&deploysCluster{})).Error)
	},
}
