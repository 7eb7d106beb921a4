package applications_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

// registry has flags: a bool that GORM knows nothing of, and a small number that it does. Its unique constraints stand in the
// tables, without names and with; a trigger keeps the time of the last update.
type (
	registryAccount struct {
		UserID   uint `gorm:"primaryKey"`
		Username string
		Email    string
		Realname string
		Deleted  bool
	}
	registryProject struct {
		ProjectID uint `gorm:"primaryKey"`
		OwnerID   uint
		Scope     string
		Name      string
		Comment   string
		IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag"`
	}

	taggedRegistryAccount struct {
		UserID   uint   `gorm:"primaryKey"`
		Username string `softdelete:"unique"`
		Email    string `softdelete:"unique"`
		Realname string
		Deleted  softdelete.Flag
	}
	taggedRegistryProject struct {
		ProjectID uint   `gorm:"primaryKey"`
		OwnerID   uint   `softdelete:"unique:unique_project,priority:3"`
		Scope     string `softdelete:"unique:unique_project,priority:2"`
		Name      string `softdelete:"unique:unique_project,priority:1"`
		Comment   string
		IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag"`
	}
)

func (registryAccount) TableName() string       { return "registry_accounts" }
func (registryProject) TableName() string       { return "registry_projects" }
func (taggedRegistryAccount) TableName() string { return "registry_accounts" }
func (taggedRegistryProject) TableName() string { return "registry_projects" }

var registryAccounts = &registryAccount{}

var registry = &application{
	name: "registry",
	schema: []string{
		"CREATE TABLE registry_accounts (user_id {id}, username varchar(40), email varchar(191), realname varchar(191) NOT NULL, deleted {bool} DEFAULT false NOT NULL, " +
			"creation_time {time} DEFAULT {now}, UNIQUE (username), UNIQUE (email))",
		"CREATE TABLE registry_projects (project_id {id}, owner_id {ref} NOT NULL, scope char(1) NOT NULL, name varchar(128) NOT NULL, comment varchar(191), is_del smallint NOT NULL DEFAULT 0, " +
			"updates integer NOT NULL DEFAULT 0, CONSTRAINT unique_project UNIQUE (name, scope, owner_id), CONSTRAINT fk_projects_owner FOREIGN KEY (owner_id) REFERENCES registry_accounts (user_id))",
		"CREATE INDEX project_scope ON registry_projects (scope, is_del)",
		"sqlite: CREATE TRIGGER project_updates AFTER UPDATE OF comment ON registry_projects BEGIN UPDATE registry_projects SET updates = updates + 1 WHERE project_id = NEW.project_id; END",
		"postgres: CREATE FUNCTION project_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updates = OLD.updates + 1; RETURN NEW; END; $$",
		"postgres: CREATE TRIGGER project_updates BEFORE UPDATE ON registry_projects FOR EACH ROW EXECUTE PROCEDURE project_updated()",
		"mariadb: CREATE TRIGGER project_updates BEFORE UPDATE ON registry_projects FOR EACH ROW SET NEW.updates = OLD.updates + 1",
	},
	rows: []string{
		"INSERT INTO registry_accounts (user_id, username, email, realname, deleted) VALUES (90101, 'admin', 'admin@example.com', 'admin', false), (90102, 'anonymous', 'anonymous@example.com', 'nobody', true)",
		"INSERT INTO registry_projects (project_id, owner_id, scope, name, is_del) VALUES (90101, 90101, 'g', 'library', 0), (90102, 90101, 'g', 'attic', 1)",
	},
	models: []any{registryAccounts, &registryProject{}}, lookAlikes: []any{registryAccounts},
	tagged: []any{&taggedRegistryAccount{}, &taggedRegistryProject{}},
	fine:   []string{"project_scope"},
	keeps: []kept{
		{
			what: "a username", sets: "realname", where: map[string]any{"username": "ana"}, hard: true, target: on("username"),
			row: func(n int) any {
				return &registryAccount{Username: "ana", Email: note(n) + "@example.com", Realname: note(n)}
			},
		},
		{
			what: "an email", sets: "realname", where: map[string]any{"email": "bob@example.com"}, hard: true, target: on("email"),
			row: func(n int) any {
				return &registryAccount{Username: note(n) + "bob", Email: "bob@example.com", Realname: note(n)}
			},
		},
		{
			what: "a project", sets: "comment", where: map[string]any{"name": "tools", "scope": "p", "owner_id": 90101}, target: on("name", "scope", "owner_id"),
			row: func(n int) any {
				return &registryProject{OwnerID: 90101, Scope: "p", Name: "tools", Comment: note(n)}
			},
		},
	},
	calls: func(t *testing.T, w *world) {
		t.Helper()
		var names []string
		require.NoError(t, w.db.Model(w.as(&registryProject{})).Where("scope = ?", "g").Pluck("name", &names).Error)
		require.Equal(t, []string{"library"}, names)
		require.NoError(t, w.db.Model(w.as(&registryProject{})).Where("name = ?", "library").Update("comment", "shared").Error)
		var updates int
		require.NoError(t, w.db.Table("registry_projects").Where("name = ?", "library").Pluck("updates", &updates).Error)
		if database.FlavourOf(w.db).NoTriggers == "" {
			require.Equal(t, 1, updates, "the trigger")
		}
		var found registryProject
		require.NoError(t, w.db.Where(map[string]any{"name": "library", "scope": "g", "owner_id": 90101}).FirstOrCreate(w.as(&found)).Error)
		require.EqualValues(t, 90101, found.ProjectID)
		require.Error(t, w.step(func(tx *gormDB) *gormDB {
			return tx.Create(w.as(&registryProject{OwnerID: 999, Scope: "p", Name: "stray"}))
		}), "the foreign key")
	},
}
