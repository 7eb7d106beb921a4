package trashui

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/gorm-softdelete/softdelete"
)

// Error is that of a problem, as it is said to people.
func (p *problem) Error() string { return p.Title + ": " + p.Detail }

func refuse(status int, title, detail string) *problem {
	return &problem{Status: status, Title: title, Detail: detail}
}

func notFound(detail string) *problem {
	return refuse(http.StatusNotFound, "Not found", detail)
}

// forbidden is said of what exists and of what does not alike.
func forbidden() *problem {
	return refuse(http.StatusForbidden, "Not allowed", "You may not do this, or may not see it.")
}

// senseless is an error in what was asked for.
func senseless(format string, args ...any) *problem {
	return refuse(http.StatusUnprocessableEntity, "This does not make sense", fmt.Sprintf(format, args...))
}

// panicked is a panic of a callback or a hook.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// caught runs a step, of which no panic reaches the server.
func (v *visit) caught(step func() (*reply, error)) (answer *reply, err error) {
	defer func() {
		switch value := recover(); value {
		case nil:
		case http.ErrAbortHandler:
			panic(value)
		default:
			answer, err = nil, &panicked{value, debug.Stack()}
		}
	}()
	return step()
}

// problem makes an answer of an error. What is no fault of the visitor's is logged, and told
// by a reference only.
func (v *visit) problem(err error) *reply {
	var p *problem
	var panicked *panicked
	switch {
	case errors.As(err, &p):
	case errors.As(err, &panicked):
		p = v.failure(err)
	case errors.Is(err, softdelete.ErrOutOfScope):
		p = refuse(http.StatusForbidden, "Not allowed", "This would reach rows that are outside of what you may see. Nothing was done.")
	case v.r.Context().Err() != nil:
		p = refuse(statusClosed, "The request has ended", "Nobody waits for the answer any more.")
	default:
		p = v.failure(err)
	}
	if p.BackHref == "" {
		p.BackHref, p.BackText = v.base, "To the overview"
	}
	return &reply{status: p.Status, heading: p.Title, body: p}
}

// failure is what is said of an error of ours.
func (v *visit) failure(err error) *problem {
	p := refuse(http.StatusInternalServerError, "Something went wrong", "It is not your fault. Tell those who run this page the reference.")
	p.Reference = rand.Text()[:8]
	v.log(err, p.Reference)
	return p
}

// statusClosed is what a request is answered with whose client has gone: it sees nothing of it.
const statusClosed = 499

// late is the error of a read that took too long.
func (v *visit) late(err error) error {
	if err != nil && errors.Is(v.ctx.Err(), context.DeadlineExceeded) && v.r.Context().Err() == nil {
		switch v.r.URL.Query().Get("op") {
		case "empty":
			return refuse(http.StatusServiceUnavailable, "This took too long", "More is due than a page can look through: choose a longer time, or have the program empty the trash.")
		case "restore", "purge", "undo":
			return refuse(http.StatusServiceUnavailable, "This took too long", "More hangs on this than a page can look through. Choose less, or ask a developer to do it.")
		}
		return tooMuch()
	}
	return err
}

// tooMuch is said where a list cannot be looked through.
func tooMuch() *problem {
	return refuse(http.StatusServiceUnavailable, "This took too long", "Narrow it down: choose a model, or the days in which it was deleted.")
}

func (v *visit) log(err error, reference string) {
	v.page.options.Logger.ErrorContext(v.r.Context(), "trashui: a request has failed",
		"reference", reference, "method", v.r.Method, "path", v.r.URL.Path, "error", strings.TrimSpace(err.Error()))
}
