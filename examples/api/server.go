package main

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

type server struct {
	db       *gorm.DB
	trash    *softdelete.Trash
	password string
	handler  http.Handler
}

// newServer installs the plugin, makes the tables, and puts the routes together.
func newServer(db *gorm.DB, password string) (*server, error) {
	err := db.Use(softdelete.New(softdelete.Config{
		Models:    models(),
		Strict:    true, // a delete by key that finds nothing is softdelete.ErrNotFound: 404
		Observers: []softdelete.Observer{audit},
	}))
	if err != nil {
		return nil, err
	}
	if err := softdelete.AutoMigrate(db); err != nil {
		return nil, err
	}
	s := &server{db: db, password: password}
	if s.trash, err = softdelete.OpenTrash(db); err != nil {
		return nil, err
	}
	page, err := s.trashPage()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/admin/trash/", page)
	for pattern, e := range s.routes() {
		mux.Handle(pattern, speak(e))
	}
	// A browser sends its password along, whoever made the form: what another site sends is refused.
	s.handler = http.NewCrossOriginProtection().Handler(s.login(mux))
	return s, nil
}

// endpoint answers with a status and a body, or an error.
type endpoint func(r *http.Request) (status int, body any, err error)

// speak has an endpoint answer in JSON. The body is there before it begins: who sends slowly keeps no transaction open. What ends in a
// deadlock is tried again, for nothing of it has stayed.
func speak(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 100_000))
		if err != nil {
			fail(w, r, err)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
		defer cancel()
		r = r.WithContext(ctx)
		var status int
		var body any
		for try := 0; try == 0 || try < 5 && deadlock(err); try++ {
			r.Body = io.NopCloser(bytes.NewReader(sent))
			status, body, err = e(r)
		}
		if err != nil {
			fail(w, r, errors.Join(err, ctx.Err())) // a driver may tell of its own error only, when time is up
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	})
}

// actorOf is who makes the request.
func actorOf(r *http.Request) string {
	name, _, _ := r.BasicAuth()
	return name
}

// login stands for yours: it takes any name, and one password for all. What it finds goes into the context. From there the library
// takes who deletes, and why.
func (s *server) login(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, password, _ := r.BasicAuth()
		if name == "" || subtle.ConstantTimeCompare([]byte(password), []byte(s.password)) == 0 {
			w.Header().Set("WWW-Authenticate", `Basic realm="articles"`) // has a browser ask for them
			fail(w, r, refuse(http.StatusUnauthorized, "a name and the password, please"))
			return
		}
		query, err := url.QueryUnescape(r.URL.RawQuery)
		if text := name + query; err != nil || !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			fail(w, r, refuse(http.StatusBadRequest, "that is no text"))
			return
		}
		ctx := softdelete.WithReason(softdelete.WithActor(r.Context(), name), r.URL.Query().Get("reason"))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
