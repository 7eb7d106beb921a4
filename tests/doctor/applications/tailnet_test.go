package applications_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// tailnet has members who log in locally or by a provider, which three unique indexes made by hand keep apart. Its machines have
// a DeletedAt that is no marker.
type (
	tailnetMember struct {
		gorm.Model

		Name        string
		DisplayName string
		Identifier  *string
	}
	tailnetMachine struct {
		ID        uint
		MemberID  *uint
		Member    *tailnetMember `gorm:"constraint:OnDelete:CASCADE"`
		GivenName string         `gorm:"size:63;uniqueIndex:uq_machines_given_name"`
		Note      string
		DeletedAt *time.Time
	}
	tailnetKey struct {
		ID       uint
		MemberID *uint
		Member   *tailnetMember `gorm:"constraint:OnDelete:SET NULL"`
		Prefix   *string        `gorm:"size:40"`
		Note     string
	}

	taggedTailnetMember struct {
		gorm.Model

		Name        string `softdelete:"unique:uq_members_name_identifier,priority:1"`
		DisplayName string
		Identifier  *string `softdelete:"unique:uq_members_name_identifier,priority:2"`
	}
	taggedTailnetMachine struct {
		ID        uint
		MemberID  *uint
		Member    *taggedTailnetMember `gorm:"constraint:OnDelete:CASCADE"`
		GivenName string               `gorm:"size:63" softdelete:"unique:uq_machines_given_name"`
		Note      string
		DeletedAt gorm.DeletedAt
	}
	taggedTailnetKey struct {
		ID       uint
		MemberID *uint
		Member   *taggedTailnetMember `gorm:"constraint:OnDelete:SET NULL"`
		Prefix   *string              `gorm:"size:40"`
		Note     string
	}
)

func (tailnetMember) TableName() string        { return "tailnet_members" }
func (tailnetMachine) TableName() string       { return "tailnet_machines" }
func (tailnetKey) TableName() string           { return "tailnet_keys" }
func (taggedTailnetMember) TableName() string  { return "tailnet_members" }
func (taggedTailnetMachine) TableName() string { return "tailnet_machines" }
func (taggedTailnetKey) TableName() string     { return "tailnet_keys" }

var tailnetMachines = &tailnetMachine{}

var tailnet = &application{
	name: "tailnet",
	schema: []string{
		"CREATE TABLE tailnet_members (id {id}, name varchar(191), display_name text, identifier varchar(191), created_at {time} NULL, updated_at {time} NULL, deleted_at {time} NULL)",
		"CREATE INDEX idx_tailnet_members_deleted_at ON tailnet_members (deleted_at)",
		"CREATE UNIQUE INDEX uq_members_name_identifier ON tailnet_members (name, identifier)",
		"-mariadb: CREATE UNIQUE INDEX uq_members_identifier ON tailnet_members (identifier) WHERE identifier IS NOT NULL",
		"-mariadb: CREATE UNIQUE INDEX uq_members_local ON tailnet_members (name) WHERE identifier IS NULL",
		"CREATE TABLE tailnet_keys (id {id}, member_id {ref}, prefix varchar(40), note text, CONSTRAINT fk_tailnet_keys_member FOREIGN KEY (member_id) REFERENCES tailnet_members (id) ON DELETE SET NULL)",
		"-mariadb: CREATE UNIQUE INDEX uq_keys_prefix ON tailnet_keys (prefix) WHERE prefix IS NOT NULL AND prefix <> ''",
		"mariadb: CREATE UNIQUE INDEX uq_keys_prefix ON tailnet_keys (prefix)",
		"CREATE TABLE tailnet_machines (id {id}, member_id {ref}, given_name varchar(63), note text, deleted_at {time} NULL, " +
			"CONSTRAINT fk_tailnet_machines_member FOREIGN KEY (member_id) REFERENCES tailnet_members (id) ON DELETE CASCADE)",
		"CREATE UNIQUE INDEX uq_machines_given_name ON tailnet_machines (given_name)",
	},
	rows: []string{
		"INSERT INTO tailnet_members (id, name, display_name, identifier, deleted_at) VALUES (90101, 'ana', 'Ana', NULL, NULL), (90102, 'ana', 'Ana', 'idp/1', NULL), " +
			"(90103, 'bob', 'Bob', NULL, '2024-05-01 10:00:00'), (90104, 'cyd', 'Cyd', 'idp/2', '2024-05-01 10:00:01')",
		"INSERT INTO tailnet_keys (id, member_id, prefix) VALUES (90101, 90101, 'k1'), (90102, NULL, 'k2')",
		"INSERT INTO tailnet_machines (id, member_id, given_name, deleted_at) VALUES (90101, 90101, 'desk', NULL), (90102, 90102, 'lap', NULL), (90103, 90103, 'old', NULL)",
	},
	models: []any{&tailnetMember{}, tailnetMachines, &tailnetKey{}}, lookAlikes: []any{tailnetMachines},
	tagged: []any{&taggedTailnetMember{}, &taggedTailnetMachine{}, &taggedTailnetKey{}},
	keeps: []kept{
		{
			what: "an identifier", untold: true, only: "sqlite postgres", sets: "display_name", where: map[string]any{"identifier": "idp/9"},
			row: func(n int) any {
				return &tailnetMember{Name: note(n) + "x", DisplayName: note(n), Identifier: pointer("idp/9")}
			},
			target: targeting("identifier IS NOT NULL", "identifier"),
		},
		{
			what: "a local name", untold: true, only: "sqlite postgres", sets: "display_name", where: map[string]any{"name": "dan", "identifier": nil},
			row:    func(n int) any { return &tailnetMember{Name: "dan", DisplayName: note(n)} },
			target: targeting("identifier IS NULL", "name"),
		},
		{
			what: "a name and an identifier", untold: true, sets: "display_name", where: map[string]any{"name": "eve", "identifier": "idp/8"},
			row: func(n int) any {
				return &tailnetMember{Name: "eve", DisplayName: note(n), Identifier: pointer("idp/8")}
			},
		},
		{
			what: "a given name", sets: "note", where: map[string]any{"given_name": "phone"}, hard: true,
			row: func(n int) any {
				return &tailnetMachine{GivenName: "phone", Note: note(n), MemberID: pointer(uint(90101))}
			},
			target: on("given_name"),
		},
	},
	calls: func(t *testing.T, w *world) {
		t.Helper()
		var ana tailnetMember
		require.NoError(t, w.db.Where("name = ? AND identifier IS NULL", "ana").First(w.as(&ana)).Error)
		require.EqualValues(t, 90101, ana.ID)
		require.NoError(t, w.db.Model(w.as(&ana)).Update("display_name", "Ana B.").Error)
		require.NoError(t, w.db.Save(w.as(&tailnetKey{MemberID: &ana.ID, Prefix: pointer("k3")})).Error)
		var n int64
		require.NoError(t, w.db.Model(w.as(&tailnetMember{})).Count(&n).Error)
		require.EqualValues(t, 2, n)
		require.NoError(t, w.db.Model(w.as(&tailnetMachine{})).Joins("Member").Where("given_name LIKE ?", "%a%").Count(&n).Error)
		require.EqualValues(t, 1, n)
	},
}

func pointer[T any](value T) *T { return &value }

// targeting is what an upsert names of an index with a condition.
func targeting(where string, columns ...string) clause.OnConflict {
	conflict := on(columns...)
	conflict.TargetWhere = clause.Where{Exprs: []clause.Expression{gorm.Expr(where)}}
	return conflict
}
