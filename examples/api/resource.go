package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

// row is a pointer to a model.
type row[T any] interface {
	*T
	fields() fields
}

// scope narrows a query down, or loads relations along.
type scope = func(*gorm.DB) *gorm.DB

// list is a page of rows, in the order of their keys. The columns are such as a query may choose by: ?author_id=7.
func list[T interface{ key() int64 }](s *server, columns []string, scopes ...scope) endpoint {
	return func(r *http.Request) (int, any, error) {
		const most = 50
		query := r.URL.Query()
		key := clause.PrimaryColumn
		db := s.db.WithContext(r.Context()).Scopes(scopes...).Where(clause.Gt{Column: key, Value: number(query.Get("after"))})
		for _, column := range columns {
			if query.Has(column) {
				db = db.Where(clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: column}, Value: number(query.Get(column))})
			}
		}
		items := []T{}
		err := db.Order(clause.OrderByColumn{Column: key}).Limit(most + 1).Find(&items).Error
		page := map[string]any{"items": items}
		if len(items) > most {
			page["items"], page["next"] = items[:most], items[most-1].key()
		}
		return http.StatusOK, page, err
	}
}

// get is one row with its relations. What is in the trash is not found, no less than what never was.
func get[T any](s *server, scopes ...scope) endpoint {
	return func(r *http.Request) (int, any, error) {
		var row T
		err := s.db.WithContext(r.Context()).Scopes(scopes...).First(&row, id(r)).Error
		return http.StatusOK, row, err
	}
}

// create makes a row of the body. What its path says of it is set by above.
func create[T any, R row[T]](s *server, above ...func(r *http.Request, tx *gorm.DB, row R) error) endpoint {
	return func(r *http.Request) (int, any, error) {
		row, db := R(new(T)), s.db.WithContext(r.Context())
		for _, set := range above {
			if err := set(r, db, row); err != nil {
				return 0, nil, err
			}
		}
		if _, err := read(r, row.fields()); err != nil {
			return 0, nil, err
		}
		return http.StatusCreated, row, invalid(db.Create(row).Error)
	}
}

// update changes the columns that are in the body. If the row is deleted meanwhile, Config.Strict makes that an error.
func update[T any, R row[T]](s *server, scopes ...scope) endpoint {
	return func(r *http.Request) (int, any, error) {
		row, db := R(new(T)), s.db.WithContext(r.Context())
		if err := db.Scopes(scopes...).First(row, id(r)).Error; err != nil {
			return 0, nil, err
		}
		columns, err := read(r, row.fields())
		if err == nil && len(columns) > 0 {
			err = invalid(db.Model(row).Select(columns).Updates(row).Error)
		}
		return http.StatusOK, row, err
	}
}

// remove deletes a row with what hangs on it, and says what that was. Config.Strict makes none an error.
func remove[T any](s *server, scopes ...scope) endpoint {
	return func(r *http.Request) (int, any, error) {
		var d softdelete.Deletion
		err := s.db.WithContext(r.Context()).Scopes(scopes...).Scopes(softdelete.Into(&d)).Delete(new(T), id(r)).Error
		return http.StatusOK, deletion(d), err
	}
}

// restore brings a row back with what was deleted along with it, and says how many rows of which table those are.
func restore(s *server, table string) endpoint {
	return func(r *http.Request) (int, any, error) {
		item, err := s.trash.Item(r.Context(), table, id(r))
		if err != nil {
			return 0, nil, err
		}
		rows, err := s.trash.Restore(r.Context(), item)
		return http.StatusOK, map[string]any{"rows": rows}, err
	}
}

// read puts a body into the fields, and says which of them it has.
func read(r *http.Request, into fields) (columns []string, err error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var sent map[string]json.RawMessage
	if err := json.Unmarshal(body, &sent); err != nil {
		return nil, refuse(http.StatusBadRequest, err.Error())
	}
	for name, value := range sent {
		if _, ok := into[name]; !ok {
			return nil, refuse(http.StatusBadRequest, fmt.Sprintf("unknown field %q", name))
		}
		if err := json.Unmarshal(value, into[name].to); err != nil {
			return nil, refuse(http.StatusBadRequest, name+": "+err.Error())
		}
		columns = append(columns, name)
	}
	invalid := refuse(http.StatusUnprocessableEntity, "")
	invalid.Errors = map[string]string{}
	for name, field := range into {
		if text, ok := field.to.(*string); ok && (*text == "" || strings.Contains(*text, "\x00") || utf8.RuneCountInString(*text) > field.most) {
			invalid.Errors[name] = fmt.Sprintf("has to be 1 to %d characters", field.most)
		}
	}
	if len(invalid.Errors) > 0 {
		return nil, invalid
	}
	return columns, nil
}

// id is the key that a path names. What is no number is nobody's: 0.
func id(r *http.Request) int64 { return number(r.PathValue("id")) }

func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // of a larger one the largest
	return n
}
