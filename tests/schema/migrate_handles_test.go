package schema_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestAutoMigrateAtOnce says that several processes may migrate at the same time.
func TestAutoMigrateAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := membersBefore(t, open)
		var group errgroup.Group
		for range 4 {
			other := open(t)
			require.NoError(t, other.Use(softdelete.New()))
			group.Go(func() error { return softdelete.AutoMigrate(other, &laterMember{}) })
		}
		require.NoError(t, group.Wait())
		require.Equal(t, laterIndexes(db), tables.PlainIndexes(t, db, "members"))
	})
}

// TestAutoMigrateInterrupted says that an index of which the making was cut short is made anew.
func TestAutoMigrateInterrupted(t *testing.T) {
	t.Parallel()
	db := membersBefore(t, testdb.OpenerFor(t, "postgres"))
	require.NoError(t, db.Exec("UPDATE members SET team_id = 1").Error)
	for _, name := range []string{"members_login_new", "idx_members_phone"} {
		require.Error(t, db.Exec("CREATE UNIQUE INDEX CONCURRENTLY "+name+" ON members (team_id)").Error)
		require.Contains(t, tables.PlainIndexes(t, db, "members")[name], "invalid")
	}
	// One that came as far as the new index, and one that lacks only its name.
	require.NoError(t, db.Exec("CREATE UNIQUE INDEX idx_members_email_new ON members (email) WHERE deleted_at IS NULL").Error)
	require.NoError(t, db.Exec("DROP INDEX idx_members_team_id").Error)
	require.NoError(t, db.Exec("CREATE INDEX idx_members_team_id_new ON members (team_id) WHERE deleted_at IS NULL").Error)
	require.NoError(t, softdelete.AutoMigrate(db, &laterMember{}))
	require.Equal(t, laterIndexes(db), tables.PlainIndexes(t, db, "members"))
}

func TestAutoMigrateDryRun(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &aCountry{})
		require.NoError(t, db.Create(&aCountry{Code: "at"}).Error)
		before := tables.PlainIndexes(t, db, "countries")
		require.NoError(t, softdelete.AutoMigrate(db.Session(&gorm.Session{DryRun: true}), &aLaterCountry{}))
		require.Equal(t, before, tables.PlainIndexes(t, db, "countries"))
	})
}

func TestAutoMigrateErrors(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	require.ErrorIs(t, softdelete.AutoMigrate(nil, &laterMember{}), gorm.ErrInvalidDB)
	require.ErrorIs(t, softdelete.AutoMigrate(db, &laterMember{}), softdelete.ErrNotInstalled)
	require.NoError(t, db.Use(softdelete.New()))
	require.ErrorIs(t, softdelete.AutoMigrate(db), gorm.ErrInvalidValue)
	require.ErrorIs(t, softdelete.AutoMigrate(db, nil), gorm.ErrInvalidValue)
	require.ErrorIs(t, softdelete.AutoMigrate(db, 7), gorm.ErrInvalidValue)
	require.ErrorIs(t, softdelete.AutoMigrate(db, "members"), gorm.ErrInvalidValue)
	var wrong *softdelete.ModelError
	require.ErrorAs(t, softdelete.AutoMigrate(db, &models.WrongUnmarked{}), &wrong)
	require.False(t, db.Migrator().HasTable(&models.WrongUnmarked{}))

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, softdelete.AutoMigrate(db.WithContext(ended), &laterMember{}), context.Canceled)

	registered := testdb.Open(t, "sqlite")
	require.NoError(t, registered.Use(softdelete.New(softdelete.Config{Models: []any{&laterMember{}}})))
	require.NoError(t, softdelete.AutoMigrate(registered))
	require.Equal(t, laterIndexes(registered), tables.PlainIndexes(t, registered, "members"))
}

// Models without a marker are GORM's, and join tables come with what they join.
func TestAutoMigrateOtherTables(t *testing.T) {
	t.Parallel()
	type plain struct {
		ID   uint
		Name string `gorm:"size:40;uniqueIndex"`
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(db, &plain{}))
		require.Equal(t, map[string]string{"idx_plains_name": "unique (name)"}, tables.PlainIndexes(t, db, "plains"))
	})
}

// TestAutoMigrateOnAnyHandle says that a table's name and settings arrive, and that prepared statements do no harm.
func TestAutoMigrateOnAnyHandle(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t, &gorm.Config{PrepareStmt: true, SkipDefaultTransaction: true})
		require.NoError(t, db.Use(softdelete.New()))
		for range 2 {
			require.NoError(t, softdelete.AutoMigrate(db.Table("archive"), &aLaterCountry{}))
			require.NoError(t, softdelete.AutoMigrate(db, &laterMember{}))
			require.NoError(t, softdelete.AutoMigrate(db, &memberTracked{})) // GORM takes one model of a table at a time
		}
		require.Len(t, tables.PlainIndexes(t, db, "archive"), 2)
		require.False(t, db.Migrator().HasTable("countries"))
		want := laterIndexes(db)
		want["idx_members_deletion_id"] = "(deletion_id) where deletion_id is not null"
		if db.Name() == "mysql" {
			want["idx_members_deletion_id"] = "(deletion_id)"
		}
		require.Equal(t, want, tables.PlainIndexes(t, db, "members"), "of both models of the table")
	})
}

// TestAutoMigratePartitioned says that a table with partitions, which PostgreSQL makes no index of beside writers, gets them too.
func TestAutoMigratePartitioned(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "postgres"), softdelete.Config{})
	require.NoError(t, db.Exec("CREATE SCHEMA IF NOT EXISTS partitioned").Error)
	t.Cleanup(func() { db.Exec("DROP SCHEMA partitioned CASCADE") })
	require.NoError(t, db.Exec("CREATE TABLE partitioned.logs (id bigint, kind text, deleted_at timestamptz, PRIMARY KEY (id)) PARTITION BY HASH (id)").Error)
	require.NoError(t, db.Exec("CREATE TABLE partitioned.logs_0 PARTITION OF partitioned.logs FOR VALUES WITH (MODULUS 1, REMAINDER 0)").Error)
	require.NoError(t, db.Exec("INSERT INTO partitioned.logs VALUES (1, 'a', NULL)").Error)
	require.NoError(t, softdelete.AutoMigrate(db, &partitionedLog{}))
	require.Equal(t, map[string]string{
		"idx_partitioned_logs_kind":       "(kind) where deleted_at is null",
		"idx_partitioned_logs_deleted_at": "(deleted_at, id) where deleted_at is not null",
	}, tables.PlainIndexes(t, db, "partitioned.logs"))
}

type partitionedLog struct {
	ID        int64
	Kind      string `softdelete:"index"`
	DeletedAt gorm.DeletedAt
}

func (partitionedLog) TableName() string { return "partitioned.logs" }

type (
	joinedUser struct {
		ID   uint
		Tags []joinedTag `gorm:"many2many:joined_user_tags"`
		softdelete.Timestamp
	}
	joinedTag struct {
		ID uint
		softdelete.Timestamp
	}
	joinedUserTag struct {
		JoinedUserID uint `gorm:"primaryKey"`
		JoinedTagID  uint `gorm:"primaryKey"`
		softdelete.Tracked
	}
)

// TestAutoMigrateJoinTables says that a join table that GORM makes by a schema of its own gets the columns of the model that
// was registered for it, in whatever order they come.
func TestAutoMigrateJoinTables(t *testing.T) {
	t.Parallel()
	for _, models := range [][]any{
		{&joinedUser{}, &joinedTag{}}, {&joinedUser{}, &joinedTag{}, &joinedUserTag{}}, {&joinedUserTag{}, &joinedTag{}, &joinedUser{}}, {},
	} {
		testdb.Each(t, func(t *testing.T, open testdb.Opener) {
			db := open(t)
			require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&joinedUser{}, &joinedTag{}, &joinedUserTag{}}})))
			require.NoError(t, softdelete.AutoMigrate(db, models...))
			require.Contains(t, tables.PlainIndexes(t, db, "joined_user_tags"), "idx_joined_user_tags_deletion_id")
			ana := joinedUser{Tags: []joinedTag{{ID: 1}, {ID: 2}}}
			require.NoError(t, db.Create(&ana).Error)
			require.NoError(t, db.Model(&ana).Association("Tags").Delete(&joinedTag{ID: 1}))
			require.Len(t, tables.Stored(t, db, "joined_user_tags", "joined_tag_id"), 2, "unlinked, and still there")
			require.NoError(t, softdelete.AutoMigrate(db, models...))
		})
	}
}

type oddMember struct {
	ID        uint
	Email     *string `gorm:"size:40" softdelete:"unique"`
	DeletedAt gorm.DeletedAt
}

// TestAutoMigrateKeepsWhatIsMoreThanColumns says that a unique index which keeps out more than a plain one of live rows would is not
// replaced by that.
func TestAutoMigrateKeepsWhatIsMoreThanColumns(t *testing.T) {
	t.Parallel()
	for name, tables := range map[string][]string{
		"sqlite": {
			"CREATE TABLE odd_members (id integer PRIMARY KEY, email text, deleted_at datetime, UNIQUE (email COLLATE NOCASE))",
			"CREATE TABLE odd_members (id integer PRIMARY KEY, email text, deleted_at datetime); " +
				"CREATE UNIQUE INDEX odd ON odd_members (email COLLATE NOCASE)",
		},
		"postgres": {
			"CREATE TABLE odd_members (id bigserial PRIMARY KEY, email varchar(40), deleted_at timestamptz, UNIQUE NULLS NOT DISTINCT (email))",
			"CREATE TABLE odd_members (id bigserial PRIMARY KEY, email varchar(40), deleted_at timestamptz, UNIQUE (email) DEFERRABLE)",
			"CREATE TABLE odd_members (id bigserial PRIMARY KEY, email varchar(40), deleted_at timestamptz, UNIQUE (email) INCLUDE (id))",
			`CREATE TABLE odd_members (id bigserial PRIMARY KEY, email varchar(40), deleted_at timestamptz); CREATE UNIQUE INDEX odd ON odd_members (email COLLATE "C")`,
		},
	} {
		for _, table := range tables {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				db := handles.WithPlugin(t, testdb.OpenerFor(t, name), softdelete.Config{})
				if strings.Contains(table, "NULLS NOT DISTINCT") {
					database.NeedsPostgres(t, db, 15, "NULLS NOT DISTINCT")
				}
				require.NoError(t, db.Exec(table).Error)
				var before, after []string
				list := "SELECT coalesce(sql, name) FROM sqlite_master"
				if name == "postgres" {
					list = "SELECT indexdef FROM pg_indexes WHERE tablename = 'odd_members' AND schemaname = current_schema()"
				}
				require.NoError(t, db.Raw(list).Scan(&before).Error)
				err := softdelete.AutoMigrate(db, &oddMember{})
				require.Error(t, err)
				require.ErrorContains(t, err, "model oddMember")
				require.NoError(t, db.Raw(list).Scan(&after).Error)
				require.Equal(t, before, after, err)
			})
		}
	}
}
