package docs_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "*.md", "llms.txt").Output()
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

// ours are links to the repository as those write them who read it elsewhere.
var ours = regexp.MustCompile(`https://github\.com/gorm-softdelete/softdelete/(?:blob|tree)/main/([^\s)"#]+)`)

// TestLinks says that each link within the repository leads to what is there.
func TestLinks(t *testing.T) {
	t.Parallel()
	total := 0
	for _, page := range texts(t) {
		for _, link := range page.Links {
			total++
			if why := broken(t, page, link.To); why != "" {
				t.Errorf("%s:%d: a link to %s%s", page.Path, link.Line, link.To, why)
			}
		}
		for _, sentence := range page.Sentences {
			for word := range strings.FieldsSeq(sentence.Text) {
				if strings.Contains(word, "][") && !strings.Contains(word, "¤") { // that is code
					t.Errorf("%s:%d: a link to a reference that is not there: %s", page.Path, sentence.Line, word)
				}
			}
		}
	}
	forms, err := filepath.Glob(filepath.Join(root, ".github", "*", "*.yml"))
	require.NoError(t, err)
	require.NotEmpty(t, forms)
	for _, form := range forms {
		text, err := os.ReadFile(form)
		require.NoError(t, err)
		for _, link := range ours.FindAllString(string(text), -1) {
			total++
			require.Empty(t, broken(t, &book.Page{}, link), "%s: %s", form, link)
		}
	}
	t.Logf("%d links", total)
}

// broken says why a link of a page leads nowhere, or nothing.
func broken(t *testing.T, page *book.Page, link string) string {
	t.Helper()
	to, anchor, _ := strings.Cut(link, "#")
	path := filepath.Join(filepath.Dir(page.Path), to)
	if own := ours.FindStringSubmatch(to); own != nil {
		path = own[1]
	} else if strings.Contains(to, ":") {
		return "" // elsewhere
	}
	target := page
	if to != "" {
		if _, err := os.Stat(filepath.Join(root, path)); err != nil {
			return ", which is not there"
		}
		if !strings.HasSuffix(path, ".md") {
			return ""
		}
		var err error
		target, err = book.Read(root, path)
		require.NoError(t, err)
	}
	if anchor != "" && !target.Anchors[anchor] {
		return ": that page has no such heading"
	}
	return ""
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
