package applications_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// flags thought of its trash, by unique (x, deleted_at): with an index of live rows made by hand beside it, or without one.
// Its names are in upper case, some reserved.
type (
	flagsFlag struct {
		ID        int64          `gorm:"column:Id;primaryKey"`
		Key       string         `gorm:"column:Key"`
		Name      string         `gorm:"column:Name"`
		Order     int            `gorm:"column:Order"`
		Note      string         `gorm:"column:Note"`
		DeletedAt gorm.DeletedAt `gorm:"column:DeletedAt"`
	}
	flagsAgent struct {
		ID        int64
		Team      string
		Name      string
		Note      string
		CreatedAt time.Time
		DeletedAt gorm.DeletedAt
	}

	taggedFlagsFlag struct {
		ID        int64          `gorm:"column:Id;primaryKey"`
		Key       string         `gorm:"column:Key" softdelete:"unique:KeyUnique"`
		Name      string         `gorm:"column:Name" softdelete:"unique:NameUnique"`
		Order     int            `gorm:"column:Order" softdelete:"index:Order"`
		Note      string         `gorm:"column:Note"`
		DeletedAt gorm.DeletedAt `gorm:"column:DeletedAt"`
	}
	taggedFlagsAgent struct {
		ID        int64
		Team      string `softdelete:"unique:agents_name_unique,priority:2"`
		Name      string `softdelete:"unique:agents_name_unique,priority:1"`
		Note      string
		CreatedAt time.Time
		DeletedAt gorm.DeletedAt
	}
)

func (flagsFlag) TableName() string        { return "Flags" }
func (flagsAgent) TableName() string       { return "flags_agents" }
func (taggedFlagsFlag) TableName() string  { return "Flags" }
func (taggedFlagsAgent) TableName() string { return "flags_agents" }

var flags = &application{
	name: "flags",
	schema: []string{
		"CREATE TABLE `Flags` (`Id` {id}, `Key` varchar(100) NOT NULL, `Name` varchar(191) NOT NULL, `Order` integer, `Note` varchar(191), `DeletedAt` {time} NULL, " +
			"CONSTRAINT `KeyUnique` UNIQUE (`Key`, `DeletedAt`), CONSTRAINT `NameUnique` UNIQUE (`Name`))",
		"-mariadb: CREATE UNIQUE INDEX `KeyLive` ON `Flags` (`Key`) WHERE `DeletedAt` IS NULL",
		"CREATE INDEX `Order` ON `Flags` (`Order`)",
		"CREATE TABLE flags_agents (id {id}, team varchar(60), name varchar(60), note varchar(191), created_at {time} NULL, deleted_at {time} NULL, CONSTRAINT agents_name_unique UNIQUE (name, team, deleted_at))",
		"CREATE INDEX idx_agents_deleted ON flags_agents (deleted_at)",
	},
	rows: []string{
		"INSERT INTO `Flags` (`Id`, `Key`, `Name`, `DeletedAt`) VALUES (90101, 'a', 'A', NULL), (90102, 'b', 'B', '2024-05-01 10:00:00'), (90103, 'b', 'C', '2024-05-02 10:00:00')",
		"INSERT INTO flags_agents (id, team, name, deleted_at) VALUES (90101, 'x', 'one', NULL), (90102, 'x', 'one', '2024-05-01 10:00:00'), (90103, 'y', 'one', NULL)",
	},
	models: []any{&flagsFlag{}, &flagsAgent{}},
	tagged: []any{&taggedFlagsFlag{}, &taggedFlagsAgent{}},
	fine:   []string{"KeyLive"},
	keeps: []kept{
		{
			what: "a key", sets: "Note", where: map[string]any{"Key": "k"}, free: "all", open: "mariadb", target: targeting(`"DeletedAt" IS NULL`, "Key"),
			row: func(n int) any { return &flagsFlag{Key: "k", Name: note(n), Note: note(n)} },
		},
		{
			what: "a name", sets: "Note", where: map[string]any{"Name": "n"}, target: on("Name"),
			row: func(n int) any { return &flagsFlag{Key: note(n), Name: "n", Note: note(n)} },
		},
		{
			what: "an agent", sets: "note", where: map[string]any{"team": "z", "name": "two"}, open: "all", free: "all", target: on("name", "team"),
			row: func(n int) any { return &flagsAgent{Team: "z", Name: "two", Note: note(n)} },
		},
	},
	calls: func(t *testing.T, w *world) {
		t.Helper()
		var flag flagsFlag
		require.NoError(t, w.db.Where(map[string]any{"Key": "a"}).First(w.as(&flag)).Error)
		require.EqualValues(t, 90101, flag.ID)
		flag.Order = 3
		require.NoError(t, w.db.Save(w.as(&flag)).Error)
		var n int64
		require.NoError(t, w.db.Model(w.as(&flagsAgent{})).Where("name = ?", "one").Count(&n).Error)
		require.EqualValues(t, 2, n)
		require.NoError(t, w.db.Where("team = ?", "x").Delete(w.as(&flagsAgent{})).Error)
	},
}
