package softdelete_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWorkflowTargets says that the workflows run targets that the Makefile has, and actions by a commit: a tag can be moved.
func TestWorkflowTargets(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	targets := map[string]bool{}
	for _, target := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(string(makefile), -1) {
		targets[target[1]] = true
	}
	require.True(t, targets["check"], "the Makefile is read")

	files, err := filepath.Glob(".github/workflows/*.yml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	calls, target := regexp.MustCompile(`(?m)run: make (.*)$`), regexp.MustCompile(`^[a-z-]+$`)
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40} # v\d`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		found := calls.FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, found, file)
		for _, call := range found {
			for word := range strings.FieldsSeq(call[1]) {
				if target.MatchString(word) {
					require.True(t, targets[word], "%s: make %s", file, word)
				}
			}
		}
		for _, use := range strings.Split(string(text), "uses: ")[1:] {
			require.Regexp(t, pinned, use, file)
		}
	}
}

// TestBugTemplate says that the form for bugs asks for the very program of examples/bug, which is built and linted.
func TestBugTemplate(t *testing.T) {
	t.Parallel()
	program, err := os.ReadFile("examples/bug/main.go")
	require.NoError(t, err)
	_, code, found := strings.Cut(string(program), "package main\n")
	require.True(t, found)
	form, err := os.ReadFile(".github/ISSUE_TEMPLATE/bug.yml")
	require.NoError(t, err)
	var flush []string
	for line := range strings.Lines(string(form)) {
		flush = append(flush, strings.TrimPrefix(line, "        "))
	}
	require.Contains(t, strings.Join(flush, ""), "package main\n"+code)
}
