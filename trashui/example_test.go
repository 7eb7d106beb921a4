package trashui_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/trashui"
)

type Project struct {
	ID    uint
	Name  string
	Tasks []Task `softdelete:"cascade"`
	softdelete.Tracked
}

type Task struct {
	ID        uint
	ProjectID uint
	softdelete.Tracked
}

// The page is mounted below a path, behind the application's own login.
func ExampleNew() {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	models := []any{&Project{}, &Task{}}
	_ = db.Use(softdelete.New(softdelete.Config{Models: models}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Project{ID: 7, Name: "Moon", Tasks: []Task{{}, {}}})
	db.Delete(&Project{ID: 7})

	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := trashui.New(trash, trashui.Options{
		Authorize: func(r *http.Request, action trashui.Action, _ trashui.Target) error {
			switch role := r.Header.Get("X-Role"); { // of your session
			case role == "admin", role == "support" && action != trashui.ActionPurge && action != trashui.ActionEmpty:
				return nil
			}
			return errors.New("not allowed")
		},
		Actor: func(r *http.Request) any { return r.Header.Get("X-User") },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/admin/trash/", page)
	server := httptest.NewServer(mux)
	defer server.Close()

	for _, path := range []string{"preview?op=restore&item=projects/7", "preview?op=purge&item=projects/7"} {
		r, _ := http.NewRequest(http.MethodGet, server.URL+"/admin/trash/"+path, nil) //nolint:noctx // an example
		r.Header.Set("Accept", "application/json")
		r.Header.Set("X-Role", "support")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		fmt.Printf("%d %.97s\n", answer.StatusCode, bytes.TrimSpace(text))
	}
	// Output:
	// 200 {"operation":"restore","fingerprint":"3c42lipsq7fbyx6rujtqanemxi","rows":{"projects":1,"tasks":2}
	// 403 {"status":403,"title":"Not allowed","detail":"You may not do this, or may not see it."}
}
