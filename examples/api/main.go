// Api is a REST service of articles, by categories and users, with comments. What is deleted there can be brought back.
//
//	make service
//
// DATABASE_URL names a PostgreSQL; without it the database is the SQLite file api.db. It listens on localhost:8080, or where ADDR says.
// API_PASSWORD is everybody's password, "secret" unless it is set.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/glebarez/sqlite"
	"golang.org/x/sync/errgroup"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	dialector := file("api.db")
	if url := os.Getenv("DATABASE_URL"); url != "" {
		dialector = postgres.Open(url)
	}
	db, err := gorm.Open(dialector, &gorm.Config{
		TranslateError: true,           // problemOf tests for translated errors,
		Logger:         logger.Discard, // and the server logs those that are not foreseen
	})
	if err != nil {
		return err
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	s, err := newServer(db, cmp.Or(os.Getenv("API_PASSWORD"), "secret"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", cmp.Or(os.Getenv("ADDR"), "localhost:8080"))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "Articles: http://%s/articles\nTrash:    http://%[1]s/admin/trash/ (name %q). Stop with Ctrl-C.\n", listener.Addr(), admin)
	return s.serve(ctx, listener)
}

// file is a SQLite database. Its transactions take their turns from the beginning: one that reads before it writes would be refused
// if another one has written meanwhile.
func file(name string) gorm.Dialector {
	return sqlite.Open(name + "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)")
}

// serve answers requests and empties the trash, until ctx ends. Requests that are under way then have ten seconds.
func (s *server) serve(ctx context.Context, listener net.Listener) error {
	web := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
	}
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return web.Serve(listener) })
	group.Go(func() error { return s.keep(running) })
	group.Go(func() error {
		<-running.Done()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return web.Shutdown(last)
	})
	if err := group.Wait(); err != nil && ctx.Err() == nil {
		return err
	}
	return nil // told to stop: that the server is closed and the sweeper's context has ended is no error
}
