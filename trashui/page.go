package trashui

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete"
)

// page is the handler.
type page struct {
	trash       *softdelete.Trash
	options     Options
	crossOrigin *http.CrossOriginProtection
	patience    time.Duration // how long a read may take
	mostEmptied int64         // rows that one request empties
}

// visit is one request.
type visit struct {
	page    *page
	r       *http.Request
	ctx     context.Context
	trash   *softdelete.Trash // what of it this request is about
	tables  []*table          // those of the trash, in the order of their names
	route   *route
	words   []string // of the path below the mount, escaped
	base    string   // the way to the root of the page
	json    bool
	now     time.Time
	form    *form                        // of a write
	known   map[string]bool              // tables that may be viewed, or not
	partial map[uuid.UUID]bool           // operations of which a table may not be viewed
	seen    map[place]softdelete.Item    // a row of operations, where rows were listed
	newest  map[string][]softdelete.Item // the newest rows of tables, where these were listed
}

// reply is an answer.
type reply struct {
	status   int // 200 unless it is given
	here     string
	heading  string
	body     any
	notice   *notice
	location string // of a redirect, relative
}

func newVisit(p *page, r *http.Request) *visit {
	return &visit{page: p, r: r, ctx: r.Context(), json: prefersJSON(r), base: "./", known: map[string]bool{}, partial: map[uuid.UUID]bool{}, seen: map[place]softdelete.Item{}, newest: map[string][]softdelete.Item{}}
}

// ServeHTTP answers a request.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	v := newVisit(p, r)
	answer, err := v.caught(v.serve)
	var body []byte
	var kind string
	if err == nil {
		_, err = v.caught(func() (_ *reply, err error) {
			body, kind, err = v.render(answer)
			return nil, err
		})
	}
	if err != nil {
		answer = v.problem(err)
		_, failed := v.caught(func() (_ *reply, err error) {
			body, kind, err = v.render(answer)
			return nil, err
		})
		if failed != nil {
			v.log(failed, "")
			body, kind = []byte("Something went wrong.\n"), "text/plain; charset=utf-8"
		}
	}
	v.write(w, answer, body, kind)
}

// serve finds the route, and what the request is about.
func (v *visit) serve() (*reply, error) {
	v.now = v.page.trash.Now().UTC()
	words, answer := v.mount()
	if answer != nil {
		return answer, nil
	}
	v.words = words
	var err error
	if v.route, err = v.find(); err != nil {
		return nil, err
	}
	if v.route.open {
		return v.route.serve(v)
	}
	if v.route.method == http.MethodPost {
		return v.serveWrite()
	}
	if err := v.checkQuery(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(v.ctx, v.page.patience)
	defer cancel()
	v.ctx = ctx
	if err := v.open(); err != nil {
		return nil, err
	}
	answer, err = v.route.serve(v)
	return answer, v.late(err)
}

// render makes the body of an answer.
func (v *visit) render(answer *reply) ([]byte, string, error) {
	if answer.location != "" || answer.body == nil {
		return nil, "", nil
	}
	if asset, ok := answer.body.(asset); ok {
		return asset.text, asset.kind, nil
	}
	if v.json {
		kind := "application/json"
		switch answer.body.(type) {
		case *problem, *held:
			kind = "application/problem+json"
		}
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		err := encoder.Encode(answer.body)
		return b.Bytes(), kind, err
	}
	var b bytes.Buffer
	err := render(&b, v.frame(answer))
	return b.Bytes(), "text/html; charset=utf-8", err
}

// frame is what stands around a page.
func (v *visit) frame(answer *reply) *frame {
	f := &frame{
		Title: v.page.options.Title, Base: v.base, Here: answer.here, Heading: answer.heading, Now: v.now,
		ReadOnly: v.page.options.ReadOnly, Doctor: v.page.options.Doctor, Notice: answer.notice, Body: answer.body,
	}
	if _, ok := answer.body.(*problem); !ok && !f.ReadOnly {
		f.CanEmpty = v.may(ActionEmpty, Target{})
	}
	return f
}

// write sends an answer.
func (v *visit) write(w http.ResponseWriter, answer *reply, body []byte, kind string) {
	header := w.Header()
	if answer.location != "" {
		header.Set("Location", answer.location) // by hand: http.Redirect would make it absolute
	}
	if kind != "" {
		header.Set("Content-Type", kind)
	}
	if p, ok := answer.body.(*problem); ok && p.allow != "" {
		header.Set("Allow", p.allow)
	}
	status := answer.status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	if v.r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// asset is an answer that is what it is.
type asset struct {
	text []byte
	kind string
}

// open is what a request is about: the actor, and the part of the trash.
func (v *visit) open() error {
	o := &v.page.options
	if o.Actor != nil {
		v.ctx = softdelete.WithActor(v.ctx, o.Actor(v.r))
	}
	v.trash = v.page.trash
	if o.Scope != nil {
		scope := o.Scope(v.r)
		if scope == nil {
			return errors.New("trashui: Options.Scope has returned no scope: nothing is shown")
		}
		v.trash = v.trash.Within(scope)
	}
	v.learn()
	return nil
}
