package book

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRead says what of a page is found: links of HTML too, and sentences over the ends of lines.
func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "page.md"), []byte(`# Page

<picture>
  <source srcset="dark.png">
  <img src="light.png" alt="A picture">
</picture>

See [one](one.md), <a href="two.md">two</a> and [three][3].

One line  
and `+"`some code`"+`
make a sentence. Here is another one.

[3]: three.md
`), 0o600))
	page, err := Read(dir, "page.md")
	require.NoError(t, err)
	require.Equal(t, []Link{{"dark.png", 4}, {"light.png", 5}, {"one.md", 8}, {"two.md", 8}, {"three.md", 8}}, page.Links)
	require.Equal(t, []Sentence{
		{"Page", 1, 1}, {"See one, two and three.", 5, 8}, {"One line and ¤some_code make a sentence.", 7, 10}, {"Here is another one.", 4, 10},
	}, page.Sentences)
}
