package main

import (
	"context"
	"errors"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/gorm-softdelete/softdelete/bench/peers/ent"
	"github.com/gorm-softdelete/softdelete/bench/peers/ent/child"
	"github.com/gorm-softdelete/softdelete/bench/peers/ent/grandchild"
	"github.com/gorm-softdelete/softdelete/bench/peers/ent/post"
	"github.com/gorm-softdelete/softdelete/bench/peers/ent/root"
	_ "github.com/gorm-softdelete/softdelete/bench/peers/ent/runtime" // the mixin's hooks
	"github.com/gorm-softdelete/softdelete/bench/peers/ent/schema"
)

// byEnt is ent with the mixin of its docs: see ent/schema.
type byEnt struct{ client *ent.Client }

var entDialects = map[string]string{"postgres": dialect.Postgres, "sqlite": dialect.SQLite}

func openEnt(in place) (side, error) {
	return byEnt{ent.NewClient(ent.Driver(entsql.OpenDB(entDialects[in.database], in.pool)))}, nil
}

func (s byEnt) list(ctx context.Context, author, limit int) (int, error) {
	posts, err := s.client.Post.Query().Where(post.AuthorID(author)).Order(ent.Asc(post.FieldID)).Limit(limit).All(ctx)
	return len(posts), err
}

func (s byEnt) find(ctx context.Context, id int) error {
	_, err := s.client.Post.Get(ctx, id)
	return err
}

func (s byEnt) remove(ctx context.Context, id int) error {
	return s.client.Post.DeleteOneID(id).Exec(ctx)
}

func (s byEnt) removeAll(ctx context.Context, author int) error {
	_, err := s.client.Post.Delete().Where(post.AuthorID(author)).Exec(ctx)
	return err
}

// restore is an update: the docs have no call for it.
func (s byEnt) restore(ctx context.Context, author int) error {
	return s.client.Post.Update().Where(post.AuthorID(author), post.DeleteTimeNotNil()).ClearDeleteTime().Exec(ctx)
}

// removeTree is a statement for each table: the docs have nothing for children of soft deletes.
func (s byEnt) removeTree(ctx context.Context, id int) error {
	tx, err := s.client.Tx(ctx)
	if err != nil {
		return err
	}
	_, err = tx.Grandchild.Delete().Where(grandchild.HasChildWith(child.RootID(id))).Exec(ctx)
	if err == nil {
		_, err = tx.Child.Delete().Where(child.RootID(id)).Exec(ctx)
	}
	if err == nil {
		_, err = tx.Root.Delete().Where(root.ID(id)).Exec(ctx)
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// purge is a delete that skips the mixin, as the docs advise.
func (s byEnt) purge(ctx context.Context, before time.Time) error {
	_, err := s.client.Post.Delete().Where(post.DeleteTimeLT(before)).Exec(schema.SkipSoftDelete(ctx))
	return err
}
