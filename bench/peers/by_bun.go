package main

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// byBun is bun with its tag soft_delete.
type byBun struct{ db *bun.DB }

type bunPost struct {
	bun.BaseModel `bun:"table:posts"`

	ID        int `bun:",pk"`
	AuthorID  int
	Title     string
	Body      string
	CreatedAt time.Time
	DeletedAt time.Time `bun:",soft_delete,nullzero"`
}

type bunRoot struct {
	bun.BaseModel `bun:"table:roots"`

	ID        int `bun:",pk"`
	Name      string
	DeletedAt time.Time `bun:",soft_delete,nullzero"`
}

type bunChild struct {
	bun.BaseModel `bun:"table:children"`

	ID        int `bun:",pk"`
	RootID    int
	Name      string
	DeletedAt time.Time `bun:",soft_delete,nullzero"`
}

type bunGrandchild struct {
	bun.BaseModel `bun:"table:grandchildren"`

	ID        int `bun:",pk"`
	ChildID   int
	Name      string
	DeletedAt time.Time `bun:",soft_delete,nullzero"`
}

// openBun opens bun over the same driver. Its docs advise PostgreSQL's simple protocol with pgx: bun writes the values into the
// SQL, and does not benefit from prepared statements (https://bun.uptrace.dev/postgres/#pgx).
func openBun(in place) (side, error) {
	if in.simple != nil {
		return byBun{bun.NewDB(in.simple, pgdialect.New())}, nil
	}
	return byBun{bun.NewDB(in.pool, sqlitedialect.New())}, nil
}

func (s byBun) list(ctx context.Context, author, limit int) (int, error) {
	var posts []bunPost
	err := s.db.NewSelect().Model(&posts).Where("author_id = ?", author).Order("id").Limit(limit).Scan(ctx)
	return len(posts), err
}

func (s byBun) find(ctx context.Context, id int) error {
	found := bunPost{ID: id}
	return s.db.NewSelect().Model(&found).WherePK().Scan(ctx)
}

func (s byBun) remove(ctx context.Context, id int) error {
	_, err := s.db.NewDelete().Model(&bunPost{ID: id}).WherePK().Exec(ctx)
	return err
}

func (s byBun) removeAll(ctx context.Context, author int) error {
	_, err := s.db.NewDelete().Model((*bunPost)(nil)).Where("author_id = ?", author).Exec(ctx)
	return err
}

// restore is an update: the docs have no call for it.
func (s byBun) restore(ctx context.Context, author int) error {
	_, err := s.db.NewUpdate().Model((*bunPost)(nil)).Set("deleted_at = NULL").Where("author_id = ?", author).WhereDeleted().Exec(ctx)
	return err
}

// removeTree is a statement for each table: the docs have nothing for children.
func (s byBun) removeTree(ctx context.Context, id int) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		children := tx.NewSelect().Model((*bunChild)(nil)).Column("id").Where("root_id = ?", id)
		if _, err := tx.NewDelete().Model((*bunGrandchild)(nil)).Where("child_id IN (?)", children).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model((*bunChild)(nil)).Where("root_id = ?", id).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model(&bunRoot{ID: id}).WherePK().Exec(ctx)
		return err
	})
}

// purge is a delete with ForceDelete, as the docs advise.
func (s byBun) purge(ctx context.Context, before time.Time) error {
	_, err := s.db.NewDelete().Model((*bunPost)(nil)).Where("deleted_at < ?", before).ForceDelete().Exec(ctx)
	return err
}
