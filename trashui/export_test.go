package trashui

import (
	"net/http"
	"reflect"
	"time"
)

// Impatient is a page whose reads may take no time.
func Impatient(handler http.Handler) http.Handler { return Patient(handler, 1) }

// Patient is a page whose reads may take so long.
func Patient(handler http.Handler, patience time.Duration) http.Handler {
	other := *handler.(*page)
	other.patience = patience
	return &other
}

// Modest is a page that empties few rows at a time.
func Modest(handler http.Handler, most int64) http.Handler {
	modest := *handler.(*page)
	modest.mostEmptied = most
	return &modest
}

// View is what a page says as data, what is only for people included: each struct as a map by
// the names of its fields. It is nil where the request is not answered by a page.
func View(handler http.Handler, r *http.Request) map[string]any {
	v := newVisit(handler.(*page), r)
	answer, err := v.caught(v.serve)
	if err != nil {
		answer = v.problem(err)
	}
	if answer.location != "" {
		return nil
	}
	return plainOf(reflect.ValueOf(v.frame(answer))).(map[string]any)
}

func plainOf(rv reflect.Value) any {
	switch rv.Kind() {
	case reflect.Pointer, reflect.Interface:
		if rv.IsNil() {
			return nil
		}
		return plainOf(rv.Elem())
	case reflect.Slice:
		list := []any{}
		for i := range rv.Len() {
			list = append(list, plainOf(rv.Index(i)))
		}
		return list
	case reflect.Struct:
		if rv.Type() == reflect.TypeFor[time.Time]() {
			return rv.Interface()
		}
		fields := map[string]any{}
		for i := range rv.NumField() {
			of := rv.Type().Field(i)
			switch inner, embedded := plainOfField(rv.Field(i), of); {
			case embedded:
				for name, value := range inner.(map[string]any) {
					fields[name] = value
				}
			case of.IsExported():
				fields[of.Name] = inner
			}
		}
		return fields
	}
	return rv.Interface()
}

func plainOfField(rv reflect.Value, of reflect.StructField) (value any, embedded bool) {
	if !of.IsExported() && !of.Anonymous {
		return nil, false
	}
	return plainOf(rv), of.Anonymous
}
