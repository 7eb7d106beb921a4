package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

// fields are what a client may write of a row.
type fields interface{ faults() faults }

// row is a pointer to a model.
type row[T any] interface {
	*T
	fields() fields
}

// scope narrows a query down, or loads relations along.
type scope = func(*gorm.DB) *gorm.DB

// list is a page of rows, in the order of their keys. The columns are such as a query may choose by: ?author_id=7.
func list[T interface{ key() uint }](s *server, columns []string, scopes ...scope) endpoint {
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

// with loads a relation along, its live rows.
func with(relation string, scopes ...scope) scope {
	return func(tx *gorm.DB) *gorm.DB {
		return tx.Preload(relation, func(tx *gorm.DB) *gorm.DB {
			return tx.Scopes(scopes...).Order(clause.OrderByColumn{Column: clause.PrimaryColumn})
		})
	}
}

// create makes a row of the body. What its path says of it is set by above.
func create[T any, R row[T]](s *server, above ...func(r *http.Request, tx *gorm.DB, row R) error) endpoint {
	return func(r *http.Request) (int, any, error) {
		row := R(new(T))
		err := s.db.WithContext(r.Context()).Transaction(func(tx *gorm.DB) error {
			for _, set := range above {
				if err := set(r, tx, row); err != nil {
					return err
				}
			}
			if _, err := read(r, row.fields()); err != nil {
				return err
			}
			return invalid(tx.Create(row).Error)
		})
		return http.StatusCreated, row, err
	}
}

// update changes the columns that are in the body. If the row is deleted meanwhile, Config.Strict makes that an error.
func update[T any, R row[T]](s *server, scopes ...scope) endpoint {
	return func(r *http.Request) (int, any, error) {
		row := R(new(T))
		err := s.db.WithContext(r.Context()).Transaction(func(tx *gorm.DB) error {
			if err := tx.Scopes(scopes...).First(row, id(r)).Error; err != nil {
				return err
			}
			columns, err := read(r, row.fields())
			if err != nil || len(columns) == 0 {
				return err
			}
			return invalid(tx.Model(row).Select(columns).Updates(row).Error)
		})
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

// read puts a body into the fields that it may set, and says which those were.
func read(r *http.Request, into fields) (columns []string, err error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	sent := map[string]any{}
	if err = decoder.Decode(into); err == nil {
		err = json.Unmarshal(body, &sent)
	}
	if err != nil {
		return nil, refuse(http.StatusBadRequest, err.Error())
	}
	if faults := into.faults(); len(faults) > 0 {
		p := refuse(http.StatusUnprocessableEntity, "")
		p.Errors = faults
		return nil, p
	}
	for name := range sent {
		columns = append(columns, strings.ToLower(name)) // JSON takes a name in any case
	}
	return columns, nil
}

// id is the key that a path names. What is no number is nobody's: 0.
func id(r *http.Request) uint { return number(r.PathValue("id")) }

func number(text string) uint {
	n, _ := strconv.ParseUint(text, 10, 63)
	return uint(n)
}
