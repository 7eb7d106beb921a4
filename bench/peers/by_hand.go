package main

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"
)

// byHandSQL is SQL by hand through database/sql, as one would write it for these tables.
type byHandSQL struct {
	db       *sql.DB
	postgres bool
	written  map[string]string // each query with the database's own placeholders
}

func openHand(in place) (side, error) {
	return byHandSQL{in.pool, in.database == "postgres", map[string]string{}}, nil
}

// handPost is what a read fills.
type handPost struct {
	ID        int
	AuthorID  int
	Title     string
	Body      string
	CreatedAt time.Time
	DeletedAt sql.NullTime
}

const handColumns = "SELECT id, author_id, title, body, created_at, deleted_at FROM posts "

func (p *handPost) fields() []any {
	return []any{&p.ID, &p.AuthorID, &p.Title, &p.Body, &p.CreatedAt, &p.DeletedAt}
}

// placeholders writes the parameters as the database has them: $1 for the first ? on PostgreSQL. It does so once, as if the query
// stood there like that.
func (s byHandSQL) placeholders(query string) string {
	if !s.postgres {
		return query
	}
	if written, found := s.written[query]; found {
		return written
	}
	parts := strings.Split(query, "?")
	for i := range parts[1:] {
		parts[i] += "$" + strconv.Itoa(i+1)
	}
	s.written[query] = strings.Join(parts, "")
	return s.written[query]
}

func (s byHandSQL) exec(ctx context.Context, query string, args ...any) error {
	_, err := s.db.ExecContext(ctx, s.placeholders(query), args...)
	return err
}

func (s byHandSQL) list(ctx context.Context, author, limit int) (int, error) {
	found, err := s.db.QueryContext(ctx, s.placeholders(handColumns+"WHERE author_id = ? AND deleted_at IS NULL ORDER BY id LIMIT ?"), author, limit)
	if err != nil {
		return 0, err
	}
	defer found.Close() //nolint:errcheck // Err says what there is to say.
	var posts []handPost
	for found.Next() {
		var p handPost
		if err := found.Scan(p.fields()...); err != nil {
			return 0, err
		}
		posts = append(posts, p)
	}
	return len(posts), found.Err()
}

func (s byHandSQL) find(ctx context.Context, id int) error {
	var p handPost
	return s.db.QueryRowContext(ctx, s.placeholders(handColumns+"WHERE id = ? AND deleted_at IS NULL"), id).Scan(p.fields()...)
}

func (s byHandSQL) remove(ctx context.Context, id int) error {
	return s.exec(ctx, "UPDATE posts SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL", time.Now(), id)
}

func (s byHandSQL) removeAll(ctx context.Context, author int) error {
	return s.exec(ctx, "UPDATE posts SET deleted_at = ? WHERE author_id = ? AND deleted_at IS NULL", time.Now(), author)
}

func (s byHandSQL) restore(ctx context.Context, author int) error {
	return s.exec(ctx, "UPDATE posts SET deleted_at = NULL WHERE author_id = ? AND deleted_at IS NOT NULL", author)
}

func (s byHandSQL) restoreTracked(ctx context.Context, author int) error {
	return s.exec(ctx, "UPDATE notes SET deleted_at = NULL, deleted_by = NULL, delete_reason = NULL, deletion_id = NULL "+
		"WHERE author_id = ? AND deleted_at IS NOT NULL", author)
}

// removeTree writes the marker alone, as the other sides do. An undo would need more than that.
func (s byHandSQL) removeTree(ctx context.Context, root int) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // It has been committed, or failed.
	now := time.Now()
	for _, where := range []string{
		"grandchildren SET deleted_at = ? WHERE child_id IN (SELECT id FROM children WHERE root_id = ? AND deleted_at IS NULL) AND deleted_at IS NULL",
		"children SET deleted_at = ? WHERE root_id = ? AND deleted_at IS NULL",
		"roots SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL",
	} {
		if _, err := tx.ExecContext(ctx, s.placeholders("UPDATE "+where), now, root); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (s byHandSQL) purge(ctx context.Context, before time.Time) error {
	return s.exec(ctx, "DELETE FROM posts WHERE deleted_at < ?", before)
}

// handBatch is as many rows as the library takes at once by default.
const handBatch = 1000

// empty removes batch by batch, each in a statement that is its own transaction.
func (s byHandSQL) empty(ctx context.Context, before time.Time) error {
	due := "SELECT id FROM posts WHERE deleted_at < ? ORDER BY deleted_at, id LIMIT ?"
	query := "DELETE FROM posts WHERE id IN (" + due + ")"
	if s.postgres { // an array, so that the planner does not join, and rows that somebody else holds are left to him
		query = "DELETE FROM posts WHERE id = ANY (ARRAY(" + due + " FOR UPDATE SKIP LOCKED))"
	}
	for {
		result, err := s.db.ExecContext(ctx, s.placeholders(query), before, handBatch)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n < handBatch {
			return err
		}
	}
}
