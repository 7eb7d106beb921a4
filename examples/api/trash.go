package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/trashui"
)

const (
	undoable  = 30 * time.Minute    // how long people can take back what they have deleted
	retention = 30 * 24 * time.Hour // how long it is in the trash
	admin     = "admin"             // who may use the trash page
)

// deletion is one, as the client gets it.
type deletion struct {
	ID     uuid.UUID        `json:"id"`
	At     time.Time        `json:"at"`
	By     string           `json:"by"`
	Reason string           `json:"reason,omitempty"`
	Rows   map[string]int64 `json:"rows"`
}

func deletionsOf(page softdelete.DeletionPage, err error) (int, any, error) {
	items := []deletion{}
	for _, d := range page.Items {
		items = append(items, deletion(d))
	}
	return http.StatusOK, map[string]any{"items": items, "next": page.Next}, err
}

// listDeletions says who deleted what, the last first: ?actor=ana&after=…
func (s *server) listDeletions(r *http.Request) (int, any, error) {
	options := softdelete.ListOptions{After: r.URL.Query().Get("after")}
	if actor := r.URL.Query().Get("actor"); actor != "" {
		options.Actor = actor
	}
	return deletionsOf(s.trash.Deletions(r.Context(), options))
}

// getDeletion is one of them, with the keys of its rows, a page of them: ?after=…
func (s *server) getDeletion(r *http.Request) (int, any, error) {
	d, err := s.trash.Deletion(r.Context(), operation(r))
	if err != nil {
		return 0, nil, err
	}
	page, err := s.trash.List(r.Context(), softdelete.ListOptions{DeletionID: d.ID, After: r.URL.Query().Get("after")})
	items := []map[string]any{}
	for _, item := range page.Items {
		items = append(items, map[string]any{"table": item.Table, "key": item.Key})
	}
	return http.StatusOK, map[string]any{"deletion": deletion(d), "items": items, "next": page.Next}, err
}

// mine is the part of the trash that who asks may take back: what they have deleted themselves, not long ago.
func mine(trash *softdelete.Trash, r *http.Request) *softdelete.Trash {
	return trash.Scopes(softdelete.TrashedBy(actorOf(r)), softdelete.TrashedWithin(undoable))
}

func (s *server) listUndo(r *http.Request) (int, any, error) {
	return deletionsOf(mine(s.trash, r).Deletions(r.Context(), softdelete.ListOptions{After: r.URL.Query().Get("after")}))
}

func (s *server) undoOne(r *http.Request) (int, any, error) {
	d, err := mine(s.trash, r).Undo(r.Context(), operation(r))
	return http.StatusOK, deletion(d), err
}

// undoAll undoes all or nothing, the last operation first: so each finds what it hangs on where it was.
func (s *server) undoAll(r *http.Request) (int, any, error) {
	undone := []deletion{}
	err := s.db.WithContext(r.Context()).Transaction(func(tx *gorm.DB) error {
		trash, err := softdelete.OpenTrash(tx)
		if err != nil {
			return err
		}
		for {
			last, err := mine(trash, r).Deletions(r.Context(), softdelete.ListOptions{Limit: 1})
			if err != nil || len(last.Items) == 0 {
				return err
			}
			d, err := mine(trash, r).Undo(r.Context(), last.Items[0].ID)
			if err != nil {
				return err
			}
			undone = append(undone, deletion(d))
		}
	})
	return http.StatusOK, map[string]any{"items": undone}, err
}

// trashPage is the page for the admin, who sees and brings back what anybody has deleted.
func (s *server) trashPage() (http.Handler, error) {
	return trashui.New(s.trash.WithRetention(retention), trashui.Options{
		Title: "Articles · Trash",
		Actor: func(r *http.Request) any { return actorOf(r) },
		Authorize: func(r *http.Request, _ trashui.Action, _ trashui.Target) error {
			if actorOf(r) != admin {
				return errors.New("not the admin")
			}
			return nil
		},
		Label: func(_ softdelete.Item, row any) string {
			if comment, ok := row.(*Comment); ok {
				return comment.Text
			}
			return "" // the name or title of others, which the page finds by itself
		},
	})
}

// keep removes for good what is in the trash for too long, until ctx ends.
func (s *server) keep(ctx context.Context) error {
	ctx = softdelete.WithReason(softdelete.WithActor(ctx, "retention"), "too old")
	return s.trash.Run(ctx, softdelete.RunOptions{Every: time.Hour, Retention: retention})
}

// operation is the id that a path names. What is no UUID is nobody's.
func operation(r *http.Request) uuid.UUID {
	id, _ := uuid.Parse(r.PathValue("id"))
	return id
}

// AuditEntry says that rows of a table were deleted, restored or removed for good.
type AuditEntry struct {
	ID        int64                 `json:"id"`
	At        time.Time             `json:"at"`
	Actor     string                `json:"actor"`
	Reason    string                `json:"reason,omitempty"`
	What      string                `json:"what"`
	Of        string                `json:"of"`
	Keys      []any                 `json:"keys" gorm:"serializer:json;type:text"`
	Cascaded  bool                  `json:"cascaded"` // they went along with others
	Operation softdelete.DeletionID `json:"operation"`
}

func (e AuditEntry) key() int64 { return e.ID }

// audit is an observer: it runs in the transaction of what it writes down, so that neither is there without the other.
func audit(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	keys, err := event.Keys()
	if err != nil {
		return err
	}
	actor, _ := event.Actor.(string)
	entry := AuditEntry{
		At: event.At, Actor: actor, Reason: event.Reason, What: event.Operation.String(), Of: event.Table, Keys: keys, Cascaded: event.Cascaded,
	}
	entry.Operation.UUID, entry.Operation.Valid = event.DeletionID, event.DeletionID != uuid.Nil
	return tx.Create(&entry).Error
}
