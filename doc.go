// Package softdelete is a GORM plugin that makes soft deletes whole: db.Delete
// trashes rows, every query leaves trashed rows out unless it asks for them, and
// trashed rows can be listed, restored and purged.
//
//	db.Use(softdelete.New(softdelete.Config{}))
//
// A row is live or trashed. What says so is the model's marker: a field of type
// gorm.DeletedAt (as in gorm.Model), of gorm.io/plugin/soft_delete, or a Flag.
// Models that have one need no change; new ones embed Timestamp, Flagged or
// Tracked.
//
// Statements ask for trashed rows by scopes: WithTrashed, OnlyTrashed,
// TrashedBefore and kin for the statement's own model, WithTrashedIn and
// OnlyTrashedIn for models anywhere in it. The verbs are db.Delete, Restore,
// Purge and ForceDelete; Of is the trash of one model, typed.
//
// AutoMigrate is GORM's, and makes unique what is unique among live rows only, by
// the tag softdelete:"unique", and indexes of live rows only, by softdelete:"index".
// Doctor says what of an existing schema soft deletes break on.
//
// All functions are safe for concurrent use, as a *gorm.DB is.
package softdelete
