package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// purgeByPlugin is the library: a call.
func purgeByPlugin(ctx context.Context, db *gorm.DB, batch int) (int64, error) {
	trash, err := softdelete.OpenTrash(db, &Order{}, &OrderLine{})
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

// batchByHand removes the next batch of a table after a key and returns how many those were, and the last one's key: one
// statement, prepared, that is its own transaction. A join with doomed in the place of the array is a little slower; naming the
// rows by ctid, as only PostgreSQL can, a tenth quicker.
const batchByHand = `
WITH doomed AS MATERIALIZED (
	SELECT id, deleted_at FROM orders
	WHERE deleted_at < $1 AND (deleted_at, id) > ($2, $3)
	ORDER BY deleted_at, id LIMIT $4
	FOR UPDATE SKIP LOCKED
), gone AS (
	DELETE FROM orders WHERE id = ANY (ARRAY(SELECT id FROM doomed)) RETURNING 1
)
SELECT (SELECT count(*) FROM gone), deleted_at, id FROM doomed ORDER BY deleted_at DESC, id DESC LIMIT 1`

// purgeByHand is the same in SQL, as one would write it for these two tables, the lines before the orders. It trusts that
// nothing live hangs on what is due: a foreign key would end it with an error.
func purgeByHand(ctx context.Context, db *gorm.DB, batch int) (int64, error) {
	pool, err := db.DB()
	if err != nil {
		return 0, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close() //nolint:errcheck // It goes back to the pool.
	var sum int64
	before := time.Now().Add(-age)
	for _, table := range []string{"order_lines", "orders"} {
		n, err := purgeTableByHand(ctx, conn, table, before, batch)
		sum += n
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func purgeTableByHand(ctx context.Context, conn *sql.Conn, table string, before time.Time, batch int) (int64, error) {
	next, err := conn.PrepareContext(ctx, strings.ReplaceAll(batchByHand, "orders", table))
	if err != nil {
		return 0, err
	}
	defer next.Close() //nolint:errcheck // It only reads what it was given.
	var sum, n, id int64
	var at time.Time
	for {
		err := next.QueryRowContext(ctx, before, at, id, batch).Scan(&n, &at, &id)
		if errors.Is(err, sql.ErrNoRows) {
			return sum, nil
		}
		if err != nil {
			return sum, err
		}
		sum += n
	}
}
