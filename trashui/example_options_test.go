package trashui_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// A page for each tenant's own people: it shows their rows alone, and writes nothing.
func ExampleOptions() {
	type Project struct {
		ID, TenantID uint
		Name         string
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Project{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Project{{TenantID: 1, Name: "Moon"}, {TenantID: 2, Name: "Mars"}})
	db.Delete(&Project{}, []int{1, 2})

	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		log.Fatal(err)
	}
	page, err := trashui.New(trash, trashui.Options{
		AllowAll: true, // whoever reaches it: a login stands in front
		ReadOnly: true,
		Title:    "Deleted projects",
		Scope: func(r *http.Request) func(*gorm.DB) *gorm.DB {
			tenant := r.Header.Get("X-Tenant") // of your session
			return func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", tenant) }
		},
		Columns: func(string) []string { return []string{"id", "name"} },
	})
	if err != nil {
		log.Fatal(err)
	}

	handler := http.StripPrefix("/trash", page) // other routers than http.ServeMux need it
	for _, path := range []string{"/trash/rows/projects/1", "/trash/rows/projects/2"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("X-Tenant", "2")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		fmt.Println(path, answer.Code)
	}
	// Output:
	// /trash/rows/projects/1 404
	// /trash/rows/projects/2 200
}
