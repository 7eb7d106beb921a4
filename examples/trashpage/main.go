// Trashpage is the trash page of a small music store, in which people have deleted things for two months.
//
//	make page
//
// The store is a SQLite file in your cache directory, which is made at the first run: STORE_DB names another, STORE_FRESH=1 has it
// made anew. It listens on localhost:8080, or where PORT or ADDR say.
//
// There is no login: who you are stands in the address, where at work it stands in a session. So each role can be tried.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/trashpage/store"
	"github.com/gorm-softdelete/softdelete/trashui"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	file, err := storeFile()
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, file)
	if err != nil {
		return err
	}
	handler, err := pages(db)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", cmp.Or(os.Getenv("ADDR"), "localhost:"+cmp.Or(os.Getenv("PORT"), "8080")))
	if err != nil {
		return err
	}
	fmt.Printf("The trash of a music store: http://%s/\nIts file is %s. Stop with Ctrl-C.\n", listener.Addr(), file)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(listener)
}

// pages are those of the trash, for each who looks at it, and one to choose from.
func pages(db *gorm.DB) (http.Handler, error) {
	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		return nil, err
	}
	page, err := trashui.New(trash.WithRetention(store.Retention), options())
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/{who}/trash/", page)
	mux.HandleFunc("GET /{$}", welcome)
	return mux, nil
}

// storeFile is where the store is.
func storeFile() (string, error) {
	file := os.Getenv("STORE_DB")
	if file == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		file = filepath.Join(cache, "softdelete", "trashpage.db")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return "", err
		}
	}
	if os.Getenv("STORE_FRESH") != "" {
		for _, part := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(file + part); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
		}
	}
	return file, nil
}

// welcome lets you choose who you are.
func welcome(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprint(w, `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>A music store</title><body style="font:1.1rem/1.6 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem"><h1>The trash of a music store</h1><p>Who are you?</p><ul>
<li><a href="/ana/trash/">Ana</a> runs it, and may do everything.</li>
<li><a href="/support/trash/">Support</a> restores and undoes, and removes nothing for good.</li>
<li><a href="/editor/trash/">An editor</a> restores music, and sees nothing of customers.</li>
<li><a href="/guest/trash/">A guest</a> may look at music.</li></ul>`)
}

func options() trashui.Options {
	return trashui.Options{
		Title:     "Music store · Trash",
		Authorize: authorize,
		Actor:     func(r *http.Request) any { return r.PathValue("who") },
		Columns:   columns,
		Label:     label,
		Doctor:    true,
	}
}

var errNo = errors.New("your role may not do this")

// private are the tables of customers.
var private = map[string]bool{"customers": true, "devices": true, "invoices": true, "playlists": true, "playlist_tracks": true, "gift_cards": true}

// authorize says what the roles may do. The trash as a whole and operations are asked for without a table.
func authorize(r *http.Request, action trashui.Action, target trashui.Target) error {
	who := r.PathValue("who")
	removes := action == trashui.ActionPurge || action == trashui.ActionEmpty
	switch {
	case who == "ana",
		who == "support" && !removes,
		who == "editor" && !removes && !private[target.Table],
		who == "guest" && action == trashui.ActionView && !private[target.Table]:
		return nil
	}
	return errNo
}

// columns leaves out a customer's secrets, and shows the rest. Of devices, which have one too, only the key is shown.
func columns(table string) []string {
	if table == "customers" {
		return []string{"id", "name", "email", "city", "created_at"}
	}
	return nil
}

// label is what people know a row by. Of others the page takes the name, title or code, or else the key.
func label(_ softdelete.Item, row any) string {
	switch row := row.(type) {
	case *store.Review:
		return fmt.Sprintf("%s: %s", row.Author, row.Text)
	case *store.Invoice:
		return row.Number
	}
	return ""
}
