package main

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"io"
	"log/slog"
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
	log      *slog.Logger
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
	s := &server{db: db, password: password, log: slog.Default()}
	if s.trash, err = softdelete.OpenTrash(db); err != nil {
		return nil, err
	}
	page, err := s.trashPage()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/admin/trash/", page)
	for _, some := range []routes{s.articles(), s.users(), s.deletions()} {
		for pattern, e := range some {
			mux.Handle(pattern, s.answer(e))
		}
	}
	// A browser sends its password along, whoever made the form: what another site sends is refused.
	s.handler = http.NewCrossOriginProtection().Handler(s.login(mux))
	return s, nil
}

// endpoint answers with a status and a body, or an error.
type endpoint func(r *http.Request) (status int, body any, err error)

type routes map[string]endpoint

// answer has an endpoint speak JSON. The body is there before it begins: who sends slowly keeps no transaction open.
func (s *server) answer(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 100_000))
		if err != nil {
			s.fail(w, r, err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
		ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
		defer cancel()
		status, body, err := e(r.WithContext(ctx))
		if err != nil {
			s.fail(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	})
}

type actorKey struct{}

// actorOf is who makes the request.
func actorOf(r *http.Request) string {
	name, _ := r.Context().Value(actorKey{}).(string)
	return name
}

// login stands for yours: it takes any name, and one password for all. What it finds goes into the context. From there the library
// takes who deletes, and why.
func (s *server) login(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, password, _ := r.BasicAuth()
		if name == "" || subtle.ConstantTimeCompare([]byte(password), []byte(s.password)) == 0 {
			w.Header().Set("WWW-Authenticate", `Basic realm="articles"`) // has a browser ask for them
			s.fail(w, r, refuse(http.StatusUnauthorized, "a name and the password, please"))
			return
		}
		query, err := url.QueryUnescape(r.URL.RawQuery)
		if text := name + query; err != nil || !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			s.fail(w, r, refuse(http.StatusBadRequest, "that is no text"))
			return
		}
		ctx := softdelete.WithActor(context.WithValue(r.Context(), actorKey{}, name), name)
		ctx = softdelete.WithReason(ctx, r.URL.Query().Get("reason"))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
