package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// problem is an error as the client gets it: application/problem+json, RFC 9457.
type problem struct {
	Status int               `json:"status"`
	Title  string            `json:"title"`
	Detail string            `json:"detail,omitempty"`
	Errors map[string]string `json:"errors,omitempty"` // by field
}

func (p problem) Error() string { return p.Title + ": " + p.Detail }

func refuse(status int, detail string) problem {
	return problem{Status: status, Title: http.StatusText(status), Detail: detail}
}

// problemOf says what an error of the library, or of GORM, means to the client. The more special ones come first.
func problemOf(err error) problem {
	var ours problem
	var large *http.MaxBytesError
	var restricted *softdelete.RestrictError
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &large):
		return refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("at most %d bytes", large.Limit))
	case errors.As(err, &restricted):
		return refuse(http.StatusConflict, fmt.Sprintf("it has %d live %s: delete them first", restricted.Count, strings.ToLower(restricted.Relation)))
	case errors.Is(err, gorm.ErrDuplicatedKey): // softdelete.ErrConflict, of a restore, is one
		return refuse(http.StatusConflict, "a live row has that e-mail or slug")
	case errors.Is(err, softdelete.ErrParentTrashed): // of a restore: writes say 422, see invalid
		return refuse(http.StatusConflict, "what it belongs to is deleted: restore that first")
	case errors.Is(err, gorm.ErrInvalidValue):
		return refuse(http.StatusUnprocessableEntity, "after is the next of another page")
	case errors.Is(err, gorm.ErrRecordNotFound), // softdelete.ErrNotFound is one
		errors.Is(err, softdelete.ErrTrashed): // it was deleted meanwhile
		return refuse(http.StatusNotFound, "")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), deadlock(err):
		return refuse(http.StatusServiceUnavailable, "it took too long")
	}
	return refuse(http.StatusInternalServerError, "") // what happened is in the log, and nobody else's business
}

// invalid is the error of a write whose body names what is not there. What is in the trash is as if it had never been.
func invalid(err error) error {
	if errors.Is(err, softdelete.ErrParentTrashed) || errors.Is(err, gorm.ErrForeignKeyViolated) {
		return refuse(http.StatusUnprocessableEntity, "it belongs to something that is not there")
	}
	return err
}

// deadlock tells whether PostgreSQL has given a transaction up because another one and it waited for each other's rows.
func deadlock(err error) bool {
	var state interface{ SQLState() string }
	return errors.As(err, &state) && state.SQLState() == "40P01"
}

func fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status == http.StatusInternalServerError {
		slog.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
