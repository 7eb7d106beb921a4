package main

import (
	"bytes"
	"context"
	"log"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
)

func TestRun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "test.db")
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-file", file, "-rows", "50", "-batch", "20"}, &stdout, &stderr))
	for _, line := range []string{
		"messages           55 in the trash", "attachments       110 in the trash",
		"messages           50 removed", "attachments       100 removed",
	} {
		require.Contains(t, stdout.String(), line)
	}
	require.NotContains(t, stdout.String(), "stays")
	require.Empty(t, stderr.String(), "no bar where there is no terminal")

	stdout.Reset()
	require.NoError(t, run(t.Context(), []string{"-file", file, "-resume"}, &stdout, &stderr))
	require.Contains(t, stdout.String(), "messages            5 in the trash")
	require.NotContains(t, stdout.String(), "removed", "what was trashed yesterday stays")
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "test.db")
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-file", file, "-rows", "50", "-dry-run"}, &stdout, &stderr))
	require.Contains(t, stdout.String(), "attachments       100 would be removed")

	stdout.Reset()
	require.NoError(t, run(t.Context(), []string{"-file", file, "-resume"}, &stdout, &stderr))
	require.Contains(t, stdout.String(), "attachments       100 removed")
}

func TestStoppedRunIsGoneOnWith(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "test.db")
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-file", file, "-rows", "50", "-dry-run"}, &stdout, &stderr))

	db, closeFile, err := open(file, true)
	require.NoError(t, err)
	trash, err := softdelete.OpenTrash(db)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	report, err := trash.Empty(ctx, softdelete.EmptyOptions{OlderThan: 30 * 24 * time.Hour, BatchSize: 20, Progress: func(softdelete.Progress) { cancel() }})
	require.NoError(t, closeFile())
	stdout.Reset()
	printReport(report, err, log.New(&stdout, "", 0))
	require.ErrorIs(t, err, context.Canceled)
	require.Contains(t, stdout.String(), "attachments        20 removed", "one batch")
	require.Contains(t, stdout.String(), "-resume")

	stdout.Reset()
	require.NoError(t, run(t.Context(), []string{"-file", file, "-resume"}, &stdout, &stderr))
	require.Contains(t, stdout.String(), "attachments        80 removed")
}
