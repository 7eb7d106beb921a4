package command_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// night is a session of which a transcript is kept.
type night struct {
	aShop
	transcript strings.Builder
}

// enter types a command and keeps what it said.
func (n *night) enter(t *testing.T, code int, line string) ran {
	t.Helper()
	r := n.run(t, strings.Fields(line)...)
	_, _ = fmt.Fprintf(&n.transcript, "$ shop %s\n%s%s[exit %d]\n\n", line, r.out, r.err, r.code)
	require.Equal(t, code, r.code, n.transcript.String())
	return r
}

// meanwhile is what somebody else does.
func (n *night) meanwhile(t *testing.T, what string, err error) {
	t.Helper()
	require.NoError(t, err)
	_, _ = fmt.Fprintf(&n.transcript, "  Meanwhile somebody else %s.\n\n", what)
}

// TestTheNight is the customer that is gone at two in the morning. Somebody else is at it too: what was previewed does not happen
// once it would be something else, and what is then seen does.
func TestTheNight(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]struct {
		what   string
		change func(*gorm.DB) error
		rows   int // that come back in the end
		after  func(*gorm.DB) error
	}{
		"a row is purged": {
			what:   "purges a line of one of the orders",
			change: func(db *gorm.DB) error { return softdelete.Purge(db, &shop.Line{}, 12).Error },
			rows:   15,
		},
		"an order is deleted for good": {
			what: "removes an order for good, with its lines",
			change: func(db *gorm.DB) error {
				return softdelete.ForceDelete(db, &shop.Order{}, 5).Error
			},
			rows: 12,
		},
		"the e-mail is taken": {
			what: "signs up with the customer's e-mail",
			change: func(db *gorm.DB) error {
				return db.Create(&shop.Customer{Name: "Nordlicht II", Email: "orders@nordlicht.example"}).Error
			},
			after: func(db *gorm.DB) error {
				return db.Model(&shop.Customer{}).Where("name = ?", "Nordlicht II").Update("email", "second@nordlicht.example").Error
			},
			rows: 16,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				n := &night{aShop: newShop(t, open)}
				require.Contains(t, n.enter(t, 0, "deletions --since 1d --actor ana").out, shop.Mistake)
				n.enter(t, 0, "preview undo "+shop.Mistake)
				seen := n.fingerprint(t, "preview", "undo", shop.Mistake)

				n.meanwhile(t, other.what, other.change(n.db))
				before := n.everything(t)
				refused := n.enter(t, 2, "undo "+shop.Mistake+" --yes --expect "+seen)
				require.Equal(t, before, n.everything(t), "nothing has changed")
				require.Contains(t, refused.err, "preview undo "+shop.Mistake, "it says what to do next")

				if other.after != nil {
					n.enter(t, 1, "preview undo "+shop.Mistake)
					n.enter(t, 2, "undo "+shop.Mistake+" --yes")
					require.Equal(t, before, n.everything(t), "nothing has changed")
					n.meanwhile(t, "takes another", other.after(n.db))
					before = n.everything(t)
				}
				n.enter(t, 0, "preview undo "+shop.Mistake)
				n.enter(t, 0, "undo "+shop.Mistake+" --yes --expect "+n.fingerprint(t, "preview", "undo", shop.Mistake))
				require.NotContains(t, n.enter(t, 0, "deletions --since 1d").out, shop.Mistake)
				n.enter(t, 0, "stats")
				n.enter(t, 2, "undo "+shop.Mistake+" --yes") // there is nothing left of it

				after := n.everything(t)
				require.Equal(t, other.rows, changed(before, after), "those rows and no others")
				require.Contains(t, tables.LiveIDs(t, n.db, "customers"), shop.MistakenID)
				if n.db.Name() == "sqlite" {
					t.Log("\n" + n.transcript.String())
				}
			})
		})
	}
}

// bringBack undoes an operation if what that would do is confirmed. What was confirmed is what happens.
func bringBack(ctx context.Context, db *gorm.DB, id uuid.UUID, confirm func(softdelete.Plan) bool) (softdelete.Deletion, error) {
	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		return softdelete.Deletion{}, err
	}
	plan, err := trash.PreviewUndo(ctx, id)
	if err != nil || !confirm(plan) {
		return softdelete.Deletion{}, err
	}
	ctx = softdelete.WithReason(softdelete.WithActor(ctx, "ana"), "deleted by mistake")
	return trash.Scopes(softdelete.Expect(plan)).Undo(ctx, id)
}

// TestBringBack is the same by library calls, as docs/command.md has them.
func TestBringBack(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := newShop(t, open)
		id := uuid.MustParse(shop.Mistake)
		before := s.everything(t)
		_, err := bringBack(t.Context(), s.db, id, func(softdelete.Plan) bool {
			return softdelete.Purge(s.db, &shop.Line{}, 12).RowsAffected == 1
		})
		require.ErrorIs(t, err, softdelete.ErrPlanChanged)
		require.Equal(t, 1, changed(before, s.everything(t)), "the line that was purged")
		done, err := bringBack(t.Context(), s.db, id, func(plan softdelete.Plan) bool {
			return plan.Rows["lines"] == 10 && len(plan.Conflicts) == 0
		})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"customers": 1, "orders": 4, "lines": 10}, done.Rows)
	})
}
