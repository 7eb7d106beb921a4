package applications_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// fleet has keys of two columns, along which relations cascade that the models declare; one child has no marker.
type (
	fleetEnv struct {
		ID        string      `gorm:"primaryKey;size:36"`
		Name      string      `gorm:"size:100"`
		Hosts     []fleetHost `gorm:"foreignKey:EnvID;constraint:OnDelete:CASCADE"`
		DeletedAt gorm.DeletedAt
	}
	fleetHost struct {
		ID        string      `gorm:"primaryKey;size:36"`
		EnvID     string      `gorm:"primaryKey;size:36"`
		Hostname  string      `gorm:"size:100;uniqueIndex:uq_hosts_env_hostname,priority:2"`
		Zone      string      `gorm:"size:40;uniqueIndex:uq_hosts_env_hostname,priority:1"`
		Status    string      `gorm:"size:100"`
		Disks     []fleetDisk `gorm:"foreignKey:HostID,EnvID;references:ID,EnvID;constraint:OnDelete:CASCADE"`
		DeletedAt gorm.DeletedAt
	}
	fleetDisk struct {
		ID     uint
		HostID string `gorm:"size:36"`
		EnvID  string `gorm:"size:36"`
		Size   int
	}

	taggedFleetEnv struct {
		ID        string            `gorm:"primaryKey;size:36"`
		Name      string            `gorm:"size:100" softdelete:"unique:fleet_env_name"`
		Hosts     []taggedFleetHost `gorm:"foreignKey:EnvID;constraint:OnDelete:CASCADE"`
		DeletedAt gorm.DeletedAt
	}
	taggedFleetHost struct {
		ID        string            `gorm:"primaryKey;size:36"`
		EnvID     string            `gorm:"primaryKey;size:36"`
		Hostname  string            `gorm:"size:100" softdelete:"unique:uq_hosts_env_hostname,priority:2"`
		Zone      string            `gorm:"size:40" softdelete:"unique:uq_hosts_env_hostname,priority:1"`
		Status    string            `gorm:"size:100"`
		Disks     []taggedFleetDisk `gorm:"foreignKey:HostID,EnvID;references:ID,EnvID;constraint:OnDelete:CASCADE"`
		DeletedAt gorm.DeletedAt
	}
	taggedFleetDisk struct {
		ID        uint
		HostID    string `gorm:"size:36"`
		EnvID     string `gorm:"size:36"`
		Size      int
		DeletedAt gorm.DeletedAt
	}
)

func (fleetEnv) TableName() string        { return "fleet_envs" }
func (fleetHost) TableName() string       { return "fleet_hosts" }
func (fleetDisk) TableName() string       { return "fleet_disks" }
func (taggedFleetEnv) TableName() string  { return "fleet_envs" }
func (taggedFleetHost) TableName() string { return "fleet_hosts" }
func (taggedFleetDisk) TableName() string { return "fleet_disks" }

var fleet = &application{
	name: "fleet",
	schema: []string{
		"CREATE TABLE fleet_envs (id varchar(36) NOT NULL PRIMARY KEY, name varchar(40) NOT NULL, deleted_at {time} NULL)",
		"CREATE UNIQUE INDEX fleet_env_name ON fleet_envs (name)",
		"CREATE TABLE fleet_hosts (id varchar(36) NOT NULL, env_id varchar(36) NOT NULL, zone varchar(40), hostname varchar(100), status varchar(100), deleted_at {time} NULL, PRIMARY KEY (id, env_id), " +
			"CONSTRAINT fk_fleet_envs_hosts FOREIGN KEY (env_id) REFERENCES fleet_envs (id) ON DELETE CASCADE)",
		"CREATE UNIQUE INDEX uq_hosts_env_hostname ON fleet_hosts (zone, hostname)",
		"CREATE INDEX idx_hosts_key_status ON fleet_hosts (id, env_id, status)",
		"CREATE TABLE fleet_disks (id {id}, host_id varchar(36), env_id varchar(36), size bigint, " +
			"CONSTRAINT fk_fleet_hosts_disks FOREIGN KEY (host_id, env_id) REFERENCES fleet_hosts (id, env_id) ON DELETE CASCADE)",
	},
	rows: []string{
		"INSERT INTO fleet_envs (id, name, deleted_at) VALUES ('e1', 'prod', NULL), ('e2', 'test', '2024-05-01 10:00:00.123')",
		"INSERT INTO fleet_hosts (id, env_id, zone, hostname, deleted_at) VALUES ('h1', 'e1', 'a', 'web', NULL), ('h1', 'e2', 'b', 'web', '2024-05-01 10:00:00.123'), ('h2', 'e1', 'a', 'db', NULL)",
		"INSERT INTO fleet_disks (id, host_id, env_id, size) VALUES (90101, 'h1', 'e1', 10), (90102, 'h1', 'e2', 20)",
	},
	models: []any{&fleetEnv{}, &fleetHost{}, &fleetDisk{}},
	tagged: []any{&taggedFleetEnv{}, &taggedFleetHost{}, &taggedFleetDisk{}},
	fine:   []string{"idx_hosts_key_status"},
	keeps: []kept{
		{
			what: "an environment", sets: "id", where: map[string]any{"name": "stage"},
			row: func(n int) any { return &fleetEnv{ID: note(n), Name: "stage"} },
		},
		{
			what: "a host name", sets: "status", where: map[string]any{"zone": "c", "hostname": "web"}, target: on("zone", "hostname"),
			row: func(n int) any {
				return &fleetHost{ID: note(n), EnvID: "e1", Zone: "c", Hostname: "web", Status: note(n)}
			},
		},
	},
	calls: func(t *testing.T, w *world) {
		t.Helper()
		require.NoError(t, w.db.Save(w.as(&fleetHost{ID: "h1", EnvID: "e1", Zone: "a", Hostname: "web", Status: "up"})).Error)
		require.NoError(t, w.db.Create(w.as(&fleetEnv{ID: "e9", Name: "new", Hosts: []fleetHost{{ID: "h9", Zone: "z", Hostname: "one"}}})).Error)
		var n int64
		require.NoError(t, w.db.Model(w.as(&fleetHost{})).Where("env_id = ?", "e1").Count(&n).Error)
		require.EqualValues(t, 2, n)
	},
}
