// Package softdelete is a plugin for GORM that makes soft deletes whole. db.Delete moves rows to the trash, and queries
// leave them out. What was deleted can be listed, undone as one operation, and purged.
//
// # Start
//
// Models with [gorm.Model], [gorm.DeletedAt] or soft_delete.DeletedAt work as they are. [New] makes the plugin:
//
//	db, err := gorm.Open(postgres.Open(dsn))
//	err = db.Use(softdelete.New(softdelete.Config{Models: []any{&User{}, &Post{}}}))
//	err = softdelete.AutoMigrate(db)          // GORM's, and the indexes that soft deletes need
//	err = db.Delete(&user).Error              // to the trash
//	err = softdelete.Restore(db, &user).Error // and back
//
// Each example below is a whole program; errors of the setup are left out. [docs/getting-started.md] takes 20 minutes,
// [docs/adopt.md] is for an application that runs. PostgreSQL, SQLite, MariaDB, MySQL and TiDB are known:
// [docs/databases.md].
//
// [Config] also has a strict mode and the clock. [Enabled] and [IsTrashed] tell of a model, and of a row.
//
// # The four laws
//
//  1. No leak. A trashed row is never read, joined, preloaded, counted or updated, unless the statement asks for it.
//  2. No loss. A soft delete destroys nothing, and an undo gives back the very rows that were there.
//  3. No guess. What cannot be done exactly is a typed error and changes nothing.
//  4. No toll. Reads cost what those of [gorm.DeletedAt] cost; a cascade costs statements per relation, never per row.
//
// # What do my queries see?
//
// Live rows, in every form of query that GORM has. [WithTrashed] and [OnlyTrashed] show the others, of the statement's own
// model. [WithTrashedIn] shows those of the models that it names, in joins and preloads too. [TrashedBefore] and
// [TrashedBy] ask by when and by whom. See [docs/reading.md].
//
// SQL of your own is not filtered: put [Live] into it, as [docs/raw-sql.md] shows. [StatementScope] makes a scope fit
// GORM's generic API.
//
// # Who deleted it, and why?
//
// Embed [Tracked], and say so in the context: [WithActor], [WithReason]. All rows of one delete then have its id.
// [Into] reports that id and the rows by table. See [docs/deleting.md].
//
// [Timestamp] keeps the time alone, and [Flagged] a boolean. Tags make tracking columns of your own: [docs/models.md].
//
// # What goes along?
//
// Tags on relations say so: softdelete:"cascade", "restrict" or "none". Without a tag the declared constraint counts:
// OnDelete:CASCADE cascades, OnDelete:RESTRICT is a [RestrictError] while live rows hang on it.
// [Plugin.Policies] lists it all. See [docs/cascades.md].
//
// The tag softdelete:"liveParent" on a belongs-to field forbids live rows below a trashed parent: [ErrParentTrashed].
//
// # How do I get it back?
//
// [Restore] brings rows back, with what the same operation took along. [Undo] takes back a whole operation by its id.
// A row whose parent is trashed needs [WithParents]; [RootOnly] restores a row alone. See [docs/restoring.md].
//
// # And if its e-mail is taken by then?
//
// A field with softdelete:"unique" is unique among live rows, once [AutoMigrate] has run: what is trashed holds no value.
// A restore that would clash is a [ConflictError]. [Revive] lets a Create bring back the row that it meets.
//
// Save of a struct whose row was trashed meanwhile is [ErrTrashed]: nothing comes back by accident. See [docs/writing.md].
//
// # What would happen?
//
// [Preview] and [PreviewUndo] say it and write nothing. Under [Expect] or [ExpectFingerprint] an operation does what its
// preview said, or nothing. See [docs/plans.md].
//
// # What is in the trash?
//
// [Of] is the trash of one model, typed. [OpenTrash] is that of all: [Trash.Stats], [Trash.List], [Trash.Deletions],
// [Trash.Undo]. [Trash.Within] is a tenant's part of it. See [docs/trash.md].
//
// For people there are a page, [github.com/gorm-softdelete/softdelete/trashui], and a command,
// [github.com/gorm-softdelete/softdelete/trashcmd].
//
// # When does it go for good?
//
// [Purge] removes trashed rows, [ForceDelete] live ones too. [Trash.Empty] removes what is old enough, in short
// transactions. [Trash.Run] does so on an interval, by the retention of each model: [TrashRetainer].
//
// # Who hears of it?
//
// An [Observer] is called for each operation and table, inside the transaction: for an audit log or an outbox. Hooks of a
// model are [BeforeRestorer], [BeforePurger] and their kin. See [docs/observers.md].
//
// # Does my schema fit?
//
// [Doctor] finds what soft deletes break on, and gives the SQL that mends it. [AutoMigrate] or [MigrateIndexes] make what
// is missing. [DDL] and [PlanMigration] print it for other tools. See [docs/schema.md] and [docs/migrations.md].
//
// [Guard] has the database itself refuse to delete live rows, whoever asks: [docs/guard.md].
//
// # What can fail?
//
// Each error of this package wraps one that a program can test for by errors.Is: [ErrTrashed], [ErrRestricted],
// [ErrConflict] and others. After an error nothing has changed. [docs/errors.md] finds them by name or text,
// [docs/troubleshooting.md] by what you see.
//
// All functions are safe for concurrent use, as a *gorm.DB is.
//
// [docs/adopt.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/adopt.md
// [docs/cascades.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/cascades.md
// [docs/databases.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/databases.md
// [docs/deleting.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/deleting.md
// [docs/errors.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/errors.md
// [docs/getting-started.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/getting-started.md
// [docs/guard.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/guard.md
// [docs/migrations.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/migrations.md
// [docs/models.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/models.md
// [docs/observers.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/observers.md
// [docs/plans.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/plans.md
// [docs/raw-sql.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/raw-sql.md
// [docs/reading.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/reading.md
// [docs/restoring.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/restoring.md
// [docs/schema.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/schema.md
// [docs/trash.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/trash.md
// [docs/troubleshooting.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/troubleshooting.md
// [docs/writing.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/writing.md
package softdelete
