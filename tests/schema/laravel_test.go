package schema_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type laravelAuthor struct {
	ID    uint64
	Email string        `softdelete:"unique"`
	Books []laravelBook `gorm:"foreignKey:AuthorID" softdelete:"cascade"`
	softdelete.Tracked
}

func (laravelAuthor) TableName() string { return "authors" }

type laravelBook struct {
	ID       uint64
	AuthorID uint64
	Title    string
	softdelete.Tracked
}

func (laravelBook) TableName() string { return "books" }

// laravelTables are what migrations of Laravel make on each database: $table->softDeletes() keeps whole seconds there.
var laravelTables = map[string][]string{
	"sqlite": {
		`create table "authors" ("id" integer primary key autoincrement not null, "email" varchar not null, "deleted_at" datetime)`,
		`create unique index "authors_email_unique" on "authors" ("email")`,
		`create table "books" ("id" integer primary key autoincrement not null, "author_id" integer not null, "title" varchar not null, "deleted_at" datetime)`,
	},
	"postgres": {
		`create table "authors" ("id" bigserial not null primary key, "email" varchar(255) not null, "deleted_at" timestamp(0) without time zone null)`,
		`alter table "authors" add constraint "authors_email_unique" unique ("email")`,
		`create table "books" ("id" bigserial not null primary key, "author_id" bigint not null, "title" varchar(255) not null, "deleted_at" timestamp(0) without time zone null)`,
	},
	"mysql": {
		"create table `authors` (`id` bigint unsigned not null auto_increment primary key, `email` varchar(255) not null, `deleted_at` timestamp null)",
		"alter table `authors` add unique `authors_email_unique`(`email`)",
		"create table `books` (`id` bigint unsigned not null auto_increment primary key, `author_id` bigint unsigned not null, `title` varchar(255) not null, `deleted_at` timestamp null)",
	},
}

// TestTablesOfLaravel says that they are taken over as docs/from-laravel.md has it: with three columns more, and the indexes.
func TestTablesOfLaravel(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: []any{&laravelAuthor{}, &laravelBook{}}})
		id := map[string]string{"sqlite": "varchar", "postgres": "uuid", "mysql": "char(36)"}[db.Name()]
		statements := slices.Concat(laravelTables[db.Name()], []string{
			`INSERT INTO authors (email, deleted_at) VALUES ('ana@x.org', '2026-01-01 12:00:00'), ('ben@x.org', NULL)`,
			`INSERT INTO books (author_id, title) VALUES (2, 'before'), (2, 'along')`,
			`INSERT INTO books (author_id, title, deleted_at) VALUES (1, 'with ana', '2026-01-01 12:00:00'), (1, 'before ana', '2026-01-01 11:00:00')`,
		})
		for _, table := range []string{"authors", "books"} {
			for _, column := range []string{"deleted_by varchar(255)", "delete_reason text", "deletion_id " + id} {
				statements = append(statements, "ALTER TABLE "+table+" ADD COLUMN "+column+" NULL")
			}
		}
		for _, statement := range statements {
			require.NoError(t, db.Exec(statement).Error, statement)
		}
		require.NoError(t, softdelete.MigrateIndexes(db))
		require.NotContains(t, tables.PlainIndexes(t, db, "authors"), "authors_email_unique")
		findings, err := softdelete.Doctor(db)
		require.NoError(t, err)
		require.Empty(t, findings)

		second := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		db = db.Session(&gorm.Session{NowFunc: func() time.Time { return second }})
		require.NoError(t, db.Create(&laravelAuthor{Email: "ana@x.org"}).Error, "the address of a row that Laravel has trashed is free")
		require.NoError(t, db.Delete(&laravelBook{}, "title = ?", "before").Error)
		require.NoError(t, db.Delete(&laravelAuthor{}, 2).Error)
		require.Equal(t, []int{3}, tables.LiveIDs(t, db, "authors"))
		require.NoError(t, softdelete.Restore(db, &laravelAuthor{}, 2).Error)
		require.Equal(t, []int{2}, tables.LiveIDs(t, db, "books"), "two deletes of one second are told apart")

		require.NoError(t, softdelete.ForceDelete(db, &laravelAuthor{}, 3).Error)
		require.NoError(t, softdelete.Restore(db, &laravelAuthor{}, 1).Error, "a row that Laravel has trashed")
		require.Equal(t, []int{2, 3}, tables.LiveIDs(t, db, "books"), "what it trashed in the same second, and no more")
		require.Error(t, db.Exec(database.Quoted(db, `INSERT INTO authors (email) VALUES ('ben@x.org')`)).Error)
	})
}
