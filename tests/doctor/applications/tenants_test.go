package applications_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// tenants has a tenant in front of its unique keys, and by hand what its databases can: indexes of live rows, of expressions,
// with a collation, a direction, included columns. Keys are texts. Members are in groups by a join table.
type (
	tenantsIdentity struct {
		ID             string `gorm:"primaryKey;size:36"`
		CreatedAt      time.Time
		OrganizationID uint
		Name           string `gorm:"size:191"`
		Email          string `gorm:"size:191"`
		Note           string
		Groups         []tenantsGroup `gorm:"many2many:tenants_members;joinForeignKey:IdentityID;joinReferences:GroupID"`
		DeletedAt      gorm.DeletedAt
	}
	tenantsGroup struct {
		ID             string `gorm:"primaryKey;size:36"`
		OrganizationID uint
		Name           string `gorm:"size:191"`
		Note           string
		DeletedAt      gorm.DeletedAt
	}
	tenantsAccessKey struct {
		ID             string `gorm:"primaryKey;size:36"`
		OrganizationID uint   `gorm:"uniqueIndex:idx_access_keys,where:deleted_at IS NULL"`
		Name           string `gorm:"size:191;uniqueIndex:idx_access_keys,where:deleted_at IS NULL"`
		Secret         string `gorm:"size:64"`
		Note           string
		DeletedAt      gorm.DeletedAt
	}

	taggedTenantsIdentity struct {
		ID             string `gorm:"primaryKey;size:36"`
		CreatedAt      time.Time
		OrganizationID uint   `softdelete:"unique:idx_identities_name,priority:1"`
		Name           string `gorm:"size:191" softdelete:"unique:idx_identities_name,priority:2"`
		Email          string `gorm:"size:191"`
		Note           string
		Groups         []tenantsGroup `gorm:"many2many:tenants_members;joinForeignKey:IdentityID;joinReferences:GroupID"`
		DeletedAt      gorm.DeletedAt
	}
	taggedTenantsMember struct {
		IdentityID string `gorm:"primaryKey;size:36"`
		GroupID    string `gorm:"primaryKey;size:36"`
		softdelete.Timestamp
	}
	taggedTenantsAccessKey struct {
		ID             string `gorm:"primaryKey;size:36"`
		OrganizationID uint   `softdelete:"unique:idx_access_keys,priority:1"`
		Name           string `gorm:"size:191" softdelete:"unique:idx_access_keys,priority:2"`
		Secret         string `gorm:"size:64"`
		Note           string
		DeletedAt      gorm.DeletedAt
	}
)

func (tenantsIdentity) TableName() string        { return "tenants_identities" }
func (tenantsGroup) TableName() string           { return "tenants_groups" }
func (tenantsAccessKey) TableName() string       { return "tenants_access_keys" }
func (taggedTenantsIdentity) TableName() string  { return "tenants_identities" }
func (taggedTenantsMember) TableName() string    { return "tenants_members" }
func (taggedTenantsAccessKey) TableName() string { return "tenants_access_keys" }

var tenants = &application{
	name: "tenants",
	schema: []string{
		"CREATE TABLE tenants_identities (id varchar(36) NOT NULL PRIMARY KEY, created_at {time} NULL, organization_id bigint, name varchar(191), email varchar(191), note text, deleted_at {time} NULL)",
		"-mariadb: CREATE UNIQUE INDEX idx_identities_name ON tenants_identities (organization_id, name) WHERE (deleted_at IS NULL)",
		"mariadb: CREATE UNIQUE INDEX idx_identities_name ON tenants_identities (organization_id, name)",
		"-mariadb: CREATE UNIQUE INDEX idx_identities_email ON tenants_identities (lower(email))",
		"CREATE INDEX idx_identities_newest ON tenants_identities (organization_id, created_at DESC)",
		"CREATE TABLE tenants_groups (id varchar(36) NOT NULL PRIMARY KEY, organization_id bigint, name varchar(191), note text, deleted_at {time} NULL)",
		"sqlite: CREATE UNIQUE INDEX idx_groups_name ON tenants_groups (organization_id, name COLLATE NOCASE)",
		`postgres: CREATE UNIQUE INDEX idx_groups_name ON tenants_groups (organization_id, name COLLATE "C") INCLUDE (note)`,
		"mariadb: CREATE UNIQUE INDEX idx_groups_name ON tenants_groups (organization_id, name(100))",
		"CREATE TABLE tenants_members (identity_id varchar(36) NOT NULL, group_id varchar(36) NOT NULL, PRIMARY KEY (identity_id, group_id), " +
			"CONSTRAINT fk_members_identity FOREIGN KEY (identity_id) REFERENCES tenants_identities (id) ON DELETE CASCADE, CONSTRAINT fk_members_group FOREIGN KEY (group_id) REFERENCES tenants_groups (id) ON DELETE CASCADE)",
		"CREATE TABLE tenants_access_keys (id varchar(36) NOT NULL PRIMARY KEY, organization_id bigint, name varchar(191), secret varchar(64), note text, deleted_at {time} NULL)",
		"-mariadb: CREATE UNIQUE INDEX idx_access_keys ON tenants_access_keys (organization_id, name) WHERE (deleted_at IS NULL)",
		"mariadb: CREATE UNIQUE INDEX idx_access_keys ON tenants_access_keys (organization_id, name)",
	},
	rows: []string{
		"INSERT INTO tenants_identities (id, organization_id, name, email, deleted_at) VALUES ('i1', 1, 'ana', 'Ana@example.com', NULL), ('i2', 2, 'ana', 'ana@example.org', NULL), ('i3', 1, 'bob', 'bob@example.com', '2024-05-01 10:00:00')",
		"INSERT INTO tenants_groups (id, organization_id, name, deleted_at) VALUES ('g1', 1, 'Ops', NULL), ('g2', 1, 'dev', '2024-05-01 10:00:00')",
		"INSERT INTO tenants_members (identity_id, group_id) VALUES ('i1', 'g1'), ('i3', 'g1'), ('i1', 'g2')",
		"INSERT INTO tenants_access_keys (id, organization_id, name, deleted_at) VALUES ('k1', 1, 'one', NULL)",
	},
	models: []any{&tenantsIdentity{}, &tenantsGroup{}, &tenantsAccessKey{}},
	tagged: []any{&taggedTenantsIdentity{}, nil, &taggedTenantsAccessKey{}},
	leaves: []string{"cascade-undeclared tenants_members"}, // by the group's key: groups have no relation to it
	joins:  []any{&taggedTenantsMember{}},
	keeps: []kept{
		{
			what: "a name in a tenant", sets: "note", where: map[string]any{"organization_id": 1, "name": "cyd"}, free: "sqlite postgres", target: targeting("deleted_at IS NULL", "organization_id", "name"),
			row: func(n int) any {
				return &tenantsIdentity{ID: note(n), OrganizationID: 1, Name: "cyd", Email: note(n), Note: note(n)}
			},
		},
		{
			what: "an email in whatever case", untold: true, sets: "note", where: map[string]any{"organization_id": 3}, only: "sqlite postgres",
			row: func(n int) any {
				return &tenantsIdentity{ID: note(n), OrganizationID: 3, Name: note(n), Email: []string{"Dan@example.com", "dan@Example.com"}[n%2], Note: note(n)}
			},
		},
		{
			what: "a group", untold: true, sets: "note", where: map[string]any{"organization_id": 4, "name": "all"},
			row: func(n int) any { return &tenantsGroup{ID: note(n), OrganizationID: 4, Name: "all", Note: note(n)} },
		},
		{
			what: "a key", sets: "note", where: map[string]any{"organization_id": 1, "name": "two"}, free: "sqlite postgres", target: targeting("deleted_at IS NULL", "organization_id", "name"),
			row: func(n int) any { return &tenantsAccessKey{ID: note(n), OrganizationID: 1, Name: "two", Note: note(n)} },
		},
	},
	calls: func(t *testing.T, w *world) {
		t.Helper()
		ana := tenantsIdentity{}
		require.NoError(t, w.db.Preload("Groups").Where("organization_id = ?", 1).First(w.as(&ana)).Error)
		require.Equal(t, "i1", ana.ID)
		require.Len(t, ana.Groups, 1)
		require.NoError(t, w.db.Model(w.as(&tenantsIdentity{ID: "i2"})).Association("Groups").Append(&tenantsGroup{ID: "g1"}))
		require.NoError(t, w.db.Model(w.as(&tenantsIdentity{ID: "i1"})).Association("Groups").Delete(&tenantsGroup{ID: "g1"}))
		require.EqualValues(t, 0, w.db.Model(w.as(&tenantsIdentity{ID: "i1"})).Association("Groups").Count())
		require.NoError(t, w.db.Save(&tenantsGroup{ID: "g1", OrganizationID: 1, Name: "Operations"}).Error)
	},
}
