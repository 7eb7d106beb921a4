package main

import (
	"github.com/google/uuid"
	"gorm.io/gorm"
)

// byHand is the same in SQL, as one would write it for these three tables: a statement each, in a transaction.
var byHand = way{trashByHand, undoByHand, eraseByHand}

// trashByHand finds what hangs on a row by the id of the delete. The other way, subqueries by the roots' batch from the bottom
// up, was 1.1 times as slow on the same rows.
func trashByHand(db *gorm.DB, id *uuid.UUID) (err error) {
	const set = " SET deleted_at = ?, deleted_by = ?, delete_reason = ?, deletion_id = ? WHERE deleted_at IS NULL AND "
	if *id, err = uuid.NewV7(); err != nil {
		return err
	}
	now := db.NowFunc()
	return execute(db, []statement{
		{"UPDATE roots" + set + "batch = ?", []any{now, actor, reason, *id, target}},
		{"UPDATE children" + set + "root_id IN (SELECT id FROM roots WHERE deletion_id = ?)", []any{now, actor, reason, *id, *id}},
		{"UPDATE grandchildren" + set + "child_id IN (SELECT id FROM children WHERE deletion_id = ?)", []any{now, actor, reason, *id, *id}},
	})
}

func undoByHand(db *gorm.DB, id *uuid.UUID) error {
	const set = " SET deleted_at = NULL, deleted_by = NULL, delete_reason = NULL, deletion_id = NULL WHERE deletion_id = ?"
	return execute(db, []statement{
		{"UPDATE roots" + set, []any{*id}},
		{"UPDATE children" + set, []any{*id}},
		{"UPDATE grandchildren" + set, []any{*id}},
	})
}

func eraseByHand(db *gorm.DB, _ *uuid.UUID) error {
	const children = "root_id IN (SELECT id FROM roots WHERE batch = ?)"
	return execute(db, []statement{
		{"DELETE FROM grandchildren WHERE child_id IN (SELECT id FROM children WHERE " + children + ")", []any{target}},
		{"DELETE FROM children WHERE " + children, []any{target}},
		{"DELETE FROM roots WHERE batch = ?", []any{target}},
	})
}

type statement struct {
	sql  string
	args []any
}

func execute(db *gorm.DB, statements []statement) error {
	return db.Transaction(func(tx *gorm.DB) error {
		for _, s := range statements {
			if err := tx.Exec(s.sql, s.args...).Error; err != nil {
				return err
			}
		}
		return nil
	})
}
