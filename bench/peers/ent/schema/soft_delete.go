// Package schema is what ent generates its code from.
package schema

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"

	gen "github.com/gorm-softdelete/softdelete/bench/peers/ent"
	"github.com/gorm-softdelete/softdelete/bench/peers/ent/hook"
	"github.com/gorm-softdelete/softdelete/bench/peers/ent/intercept"
)

// SoftDelete does what the mixin of ent's docs does: https://entgo.io/docs/interceptors#soft-delete.
type SoftDelete struct{ mixin.Schema }

const deleteTime = "delete_time"

// Fields has the marker.
func (SoftDelete) Fields() []ent.Field {
	return []ent.Field{field.Time(deleteTime).Optional()}
}

type skipKey struct{}

// SkipSoftDelete makes queries show deleted rows, and deletes remove them.
func SkipSoftDelete(ctx context.Context) context.Context {
	return context.WithValue(ctx, skipKey{}, true)
}

func skips(ctx context.Context) bool {
	skip, _ := ctx.Value(skipKey{}).(bool)
	return skip
}

// conditional is a query or a change that takes conditions.
type conditional interface {
	WhereP(...func(*sql.Selector))
}

func onlyLive(of conditional) { of.WhereP(sql.FieldIsNull(deleteTime)) }

// Interceptors leave deleted rows out of queries.
func (SoftDelete) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{
		intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
			if !skips(ctx) {
				onlyLive(q)
			}
			return nil
		}),
	}
}

// Hooks make a delete an update of the marker.
func (SoftDelete) Hooks() []ent.Hook {
	return []ent.Hook{hook.On(markInstead, ent.OpDeleteOne|ent.OpDelete)}
}

func markInstead(next ent.Mutator) ent.Mutator {
	return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
		if skips(ctx) {
			return next.Mutate(ctx, m)
		}
		marked, ok := m.(interface {
			conditional
			SetOp(ent.Op)
			Client() *gen.Client
			SetDeleteTime(time.Time)
		})
		if !ok {
			return nil, fmt.Errorf("a %T cannot be marked", m)
		}
		onlyLive(marked)
		marked.SetOp(ent.OpUpdate)
		marked.SetDeleteTime(time.Now())
		return marked.Client().Mutate(ctx, m)
	})
}
