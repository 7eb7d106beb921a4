package docs_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/docs/book"
)

// root is that of the repository.
const root = "../.."

var onePage = flag.String("page", "", "hold this page alone against what it says: deleting, or README")

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// pages are those whose blocks are run.
func pages(t *testing.T) (list []*book.Page) {
	t.Helper()
	for _, page := range allPages(t) {
		if chosen(page) {
			list = append(list, page)
		}
	}
	require.NotEmpty(t, list, "there is no page of that name")
	return list
}

// allPages are those, and all where one is chosen.
func allPages(t *testing.T) (list []*book.Page) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	for _, path := range append(paths, filepath.Join(root, "README.md")) {
		path, err = filepath.Rel(root, path)
		require.NoError(t, err)
		page, err := book.Read(root, path)
		require.NoError(t, err)
		list = append(list, page)
	}
	return list
}

// chosen tells whether -page leaves a page in.
func chosen(page *book.Page) bool {
	return *onePage == "" || page.Name() == strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(*onePage))
}

// texts are all pages that people read, those of other folders too.
func texts(t *testing.T) (list []*book.Page) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "*.md").Output()
	require.NoError(t, err)
	for path := range strings.FieldsSeq(string(out)) {
		if _, err := os.Stat(filepath.Join(root, path)); err != nil {
			continue // removed, and not yet committed
		}
		page, err := book.Read(root, path)
		require.NoError(t, err)
		if chosen(page) {
			list = append(list, page)
		}
	}
	require.NotEmpty(t, list)
	return list
}

// TestFences says that code stands in fences, which name its language.
func TestFences(t *testing.T) {
	t.Parallel()
	for _, page := range pages(t) {
		for _, line := range page.Indented {
			t.Errorf("%s:%d: code that is indented: put it into a fence with its language", page.Path, line)
		}
	}
}

// TestSentences says that none is long.
func TestSentences(t *testing.T) {
	t.Parallel()
	const most = 30
	total := 0
	for _, page := range texts(t) {
		for _, sentence := range page.Sentences {
			total++
			if sentence.Words > most {
				t.Errorf("%s:%d: a sentence of %d words: %s", page.Path, sentence.Line, sentence.Words, sentence.Text)
			}
		}
	}
	t.Logf("%d sentences, none of more than %d words", total, most)
}

// TestLinks says that each link within the repository leads to what is there.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, page := range texts(t) {
		for _, link := range page.Links {
			to, anchor, _ := strings.Cut(link.To, "#")
			if strings.Contains(to, ":") {
				continue // elsewhere
			}
			target := page
			if to != "" {
				path := filepath.Join(filepath.Dir(page.Path), to)
				if _, err := os.Stat(filepath.Join(root, path)); err != nil {
					t.Errorf("%s:%d: a link to %s, which is not there", page.Path, link.Line, link.To)
					continue
				}
				if !strings.HasSuffix(path, ".md") {
					continue
				}
				var err error
				target, err = book.Read(root, path)
				require.NoError(t, err)
			}
			if anchor != "" && !target.Anchors[anchor] {
				t.Errorf("%s:%d: a link to %s: that page has no such heading", page.Path, link.Line, link.To)
			}
		}
	}
}

// TestIndex says that the indexes lead to every page.
func TestIndex(t *testing.T) {
	t.Parallel()
	for _, index := range []string{"docs/README.md", "llms.txt"} {
		page, err := book.Read(root, index)
		require.NoError(t, err)
		var to []string
		for _, link := range page.Links {
			path, _, _ := strings.Cut(link.To, "#")
			to = append(to, filepath.Base(path))
		}
		paths, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
		require.NoError(t, err)
		for _, path := range paths {
			if name := filepath.Base(path); name != "README.md" && !slices.Contains(to, name) {
				t.Errorf("%s does not lead to docs/%s", index, name)
			}
		}
	}
}
