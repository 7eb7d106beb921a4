package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// emptyByPlugin is the library: a call.
func emptyByPlugin(ctx context.Context, db *gorm.DB, batch int) (int64, error) {
	trash, err := softdelete.OpenTrash(db, &Folder{}, &File{})
	if err != nil {
		return 0, err
	}
	report, err := trash.Empty(ctx, softdelete.EmptyOptions{OlderThan: age, BatchSize: batch})
	if err == nil && len(report.Failed) > 0 {
		err = fmt.Errorf("%d rows stayed: %w", len(report.Failed), report.Failed[0])
	}
	var n int64
	for _, rows := range report.Rows {
		n += rows
	}
	return n, err
}

// A batch by hand: one statement, prepared, that is its own transaction.
const (
	filesByHand = `
WITH d AS (
	DELETE FROM files WHERE id = ANY (ARRAY(
		SELECT id FROM files WHERE deleted_at < $1 AND (deleted_at, id) > ($2, $3)
		ORDER BY deleted_at, id LIMIT $4 FOR UPDATE SKIP LOCKED
	)) RETURNING deleted_at, id
) SELECT (SELECT count(*) FROM d), deleted_at, id FROM d ORDER BY deleted_at DESC, id DESC LIMIT 1`

	foldersByHand = `
WITH d AS (
	DELETE FROM folders WHERE id = ANY (ARRAY(
		SELECT id FROM folders WHERE deleted_at < $1 AND (deleted_at, id) > ($2, $3)
		AND NOT EXISTS (SELECT 1 FROM files WHERE files.folder_id = folders.id OFFSET 0)
		ORDER BY deleted_at, id LIMIT $4 FOR UPDATE SKIP LOCKED
	)) RETURNING deleted_at, id
) SELECT (SELECT count(*) FROM d), deleted_at, id FROM d ORDER BY deleted_at DESC, id DESC LIMIT 1`
)

// emptyByHand is the same in SQL, as one would write it for these two tables, the files before the folders.
func emptyByHand(ctx context.Context, db *gorm.DB, batch int) (int64, error) {
	pool, err := db.DB()
	if err != nil {
		return 0, err
	}
	var sum int64
	before := time.Now().Add(-age)
	for _, statement := range []string{filesByHand, foldersByHand} {
		n, err := emptyTableByHand(ctx, pool, statement, before, batch, 0)
		sum += n
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// emptyTableByHand stops after so many batches, at the end for none.
func emptyTableByHand(ctx context.Context, pool *sql.DB, statement string, before time.Time, batch, batches int) (int64, error) {
	next, err := pool.PrepareContext(ctx, statement)
	if err != nil {
		return 0, err
	}
	defer next.Close() //nolint:errcheck // It only reads what it was given.
	var sum, n, id int64
	var at time.Time
	for i := 0; batches == 0 || i < batches; i++ {
		err := next.QueryRowContext(ctx, before, at, id, batch).Scan(&n, &at, &id)
		if errors.Is(err, sql.ErrNoRows) {
			return sum, nil
		}
		if err != nil {
			return sum, err
		}
		sum += n
	}
	return sum, nil
}
