package trashui_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// described is openapi.json, against which all answers of all tests are held.
var described = func() map[string]any {
	text, err := os.ReadFile("openapi.json")
	if err != nil {
		panic(err)
	}
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil {
		panic(err)
	}
	return document
}()

// conforms says that an answer in JSON is as openapi.json describes it.
func conforms(t *testing.T, method, path string, a answer) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	route := routeOf(path)
	if route == "" {
		require.True(t, a.status == http.StatusNotFound || path == "style.css", path)
		return
	}
	verb := strings.ToLower(method)
	if a.status == http.StatusMethodNotAllowed {
		verb = slices.Sorted(maps.Keys(at(described, "paths", route)))[0]
	}
	responses := at(described, "paths", route, verb, "responses")
	response, ok := responses[strconv.Itoa(a.status)].(map[string]any)
	require.True(t, ok, "%s %s: %d is not described\n%s", method, route, a.status, a.body)
	response = resolved(response)
	kind := a.header.Get("Content-Type")
	content, ok := response["content"].(map[string]any)[kind].(map[string]any)
	require.True(t, ok, "%s %s %d: %s is not described", method, route, a.status, kind)
	var value any
	require.NoError(t, json.Unmarshal([]byte(a.body), &value), a.body)
	require.NoError(t, valid(content["schema"].(map[string]any), value, "answer"), "%s %s %d\n%s", method, route, a.status, a.body)
}

// routeOf is the path of the description that a path is of.
func routeOf(path string) string {
	words := strings.Split("/"+path, "/")
	for _, route := range slices.Sorted(maps.Keys(at(described, "paths"))) {
		if slices.EqualFunc(strings.Split(route, "/"), words, func(want, word string) bool { return want == word || strings.HasPrefix(want, "{") }) {
			return route
		}
	}
	return ""
}

func at(value map[string]any, names ...string) map[string]any {
	for _, name := range names {
		value, _ = value[name].(map[string]any)
	}
	return value
}

// resolved follows a reference.
func resolved(value map[string]any) map[string]any {
	if name, ok := value["$ref"].(string); ok {
		return at(described, strings.Split(strings.TrimPrefix(name, "#/"), "/")...)
	}
	return value
}

// valid holds a value against a schema, of what of JSON Schema the description uses.
func valid(schema map[string]any, value any, where string) error {
	schema = resolved(schema)
	if anyOf, ok := schema["anyOf"].([]any); ok {
		var problems []string
		for _, one := range anyOf {
			err := valid(one.(map[string]any), value, where)
			if err == nil {
				return nil
			}
			problems = append(problems, err.Error())
		}
		return fmt.Errorf("%s fits none: %s", where, strings.Join(problems, "; "))
	}
	if kind, ok := schema["type"]; ok && !ofKind(kind, value) {
		return fmt.Errorf("%s is a %T, not %v", where, value, kind)
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, value) {
		return fmt.Errorf("%s is %v, none of %v", where, value, enum)
	}
	switch value := value.(type) {
	case string:
		return validText(schema, value, where)
	case float64:
		if least, ok := schema["minimum"].(float64); ok && value < least {
			return fmt.Errorf("%s is %v, less than %v", where, value, least)
		}
	case []any:
		for i, one := range value {
			if err := valid(at(schema, "items"), one, fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		return validObject(schema, value, where)
	}
	return nil
}

func validText(schema map[string]any, value, where string) error {
	layout := map[any]string{"date-time": time.RFC3339Nano, "date": time.DateOnly}[schema["format"]]
	if layout == "" {
		return nil
	}
	if _, err := time.Parse(layout, value); err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	return nil
}

func validObject(schema, value map[string]any, where string) error {
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := value[name.(string)]; !ok {
			return fmt.Errorf("%s has no %s", where, name)
		}
	}
	for name, one := range value {
		of, known := at(schema, "properties")[name].(map[string]any)
		if !known {
			if schema["additionalProperties"] == false {
				return fmt.Errorf("%s has %s, which is not described", where, name)
			}
			of, _ = schema["additionalProperties"].(map[string]any)
		}
		if err := valid(of, one, where+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func ofKind(kind, value any) bool {
	if list, ok := kind.([]any); ok {
		return slices.ContainsFunc(list, func(one any) bool { return ofKind(one, value) })
	}
	switch value := value.(type) {
	case nil:
		return kind == "null"
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "number" || kind == "integer" && value == float64(int64(value))
	case []any:
		return kind == "array"
	}
	return kind == "object"
}

// TestDescriptionHoldsTogether says that each reference of the description leads somewhere, and
// that the validator finds what is wrong.
func TestDescriptionHoldsTogether(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case []any:
			for _, one := range value {
				walk(one)
			}
		case map[string]any:
			if name, ok := value["$ref"].(string); ok {
				require.NotEmpty(t, resolved(value), name)
				seen[name] = true
			}
			for _, one := range value {
				walk(one)
			}
		}
	}
	walk(described)
	for kind := range at(described, "components") {
		for name := range at(described, "components", kind) {
			require.True(t, seen["#/components/"+kind+"/"+name], "%s is used nowhere", name)
		}
	}
	schema := map[string]any{"$ref": "#/components/schemas/Done"}
	require.NoError(t, valid(schema, map[string]any{"rows": map[string]any{"posts": 1.0}, "failed": []any{}}, ""))
	for _, wrong := range []string{`{}`, `{"rows":{},"failed":null}`, `{"rows":{"posts":"1"},"failed":[]}`, `{"rows":{"posts":-1},"failed":[]}`, `{"rows":{},"failed":[],"more":1}`, `{"rows":{},"failed":[{}]}`} {
		var value any
		require.NoError(t, json.Unmarshal([]byte(wrong), &value))
		require.Error(t, valid(schema, value, ""), wrong)
	}
}
