package softdelete_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRooms holds the imports of each package against the map in CONTRIBUTING.md. In internal packages tests are free.
func TestRooms(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("CONTRIBUTING.md")
	require.NoError(t, err)
	allowed := map[string][]string{}
	name := regexp.MustCompile("`([^`]+)`")
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.HasPrefix(cells[1], " `") || strings.Contains(cells[3], "go test") || strings.Contains(cells[3], "make") {
			continue
		}
		for _, room := range name.FindAllStringSubmatch(cells[1], -1) {
			uses := []string{}
			for _, use := range name.FindAllStringSubmatch(cells[3], -1) {
				uses = append(uses, use[1])
			}
			allowed[room[1]] = uses
		}
	}
	require.Contains(t, allowed, "/")
	require.Greater(t, len(allowed), 15, "the map is read")

	const module = "github.com/gorm-softdelete/softdelete"
	// A package for tests is covered by its own name only.
	covers := func(room, dir string) bool {
		above, below := strings.CutSuffix(room, "/…")
		return room == dir || below && strings.HasPrefix(dir, above+"/") && !strings.HasPrefix(dir, "internal/test")
	}
	seen := map[string]bool{}
	require.NoError(t, filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && entry.Name() == "testdata" {
			return fs.SkipDir // no package, to go either
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") {
			return err
		}
		dir := path.Dir(filepath.ToSlash(file))
		isTest := strings.HasSuffix(file, "_test.go")
		if dir == "." {
			dir = "/"
		}
		if isTest && (dir == "/" || strings.HasPrefix(dir, "internal/")) {
			return nil
		}
		var uses []string
		onMap := false
		for room, list := range allowed {
			if covers(room, dir) {
				onMap, seen[room] = true, true
				uses = append(uses, list...)
			}
		}
		require.True(t, onMap, "%s is not on the map in CONTRIBUTING.md", dir)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			below, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			room := strings.TrimPrefix(below, "/")
			if room == "" {
				room = "/"
			}
			if isTest && room == dir {
				continue // a test from outside
			}
			require.True(t, slices.ContainsFunc(uses, func(use string) bool { return covers(use, room) }),
				"%s imports %s, which is not below it on the map in CONTRIBUTING.md", file, room)
		}
		return nil
	}))
	for room := range allowed {
		require.True(t, seen[room], "%s is on the map in CONTRIBUTING.md, and there is no such package", room)
	}
}
