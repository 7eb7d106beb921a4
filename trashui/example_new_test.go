package trashui_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// The page is mounted below a path, behind the application's own login. Here support may bring back, and nobody may purge.
func ExampleNew() {
	type Task struct {
		ID, ProjectID uint
		softdelete.Tracked
	}
	type Project struct {
		ID    uint
		Name  string
		Tasks []Task `softdelete:"cascade"`
		softdelete.Tracked
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Project{}, &Task{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&Project{ID: 7, Name: "Moon", Tasks: []Task{{}, {}}})
	db.Delete(&Project{}, 7)

	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		log.Fatal(err)
	}
	page, err := trashui.New(trash, trashui.Options{
		Authorize: func(r *http.Request, action trashui.Action, _ trashui.Target) error {
			if r.Header.Get("X-Role") == "support" && action != trashui.ActionPurge && action != trashui.ActionEmpty {
				return nil
			}
			return errors.New("not allowed")
		},
		Actor: func(r *http.Request) any { return r.Header.Get("X-User") }, // of your session
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/admin/trash/", page)

	for _, what := range []string{"op=restore", "op=purge"} {
		r := httptest.NewRequest(http.MethodGet, "/admin/trash/preview?"+what+"&item=projects/7", nil)
		r.Header.Set("Accept", "application/json")
		r.Header.Set("X-Role", "support")
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, r)
		text, _ := io.ReadAll(answer.Body)
		fmt.Printf("%d %.97s\n", answer.Code, text)
	}
	// Output:
	// 200 {"operation":"restore","fingerprint":"3c42lipsq7fbyx6rujtqanemxi","rows":{"projects":1,"tasks":2}
	// 403 {"status":403,"title":"Not allowed","detail":"You may not do this, or may not see it."}
}
