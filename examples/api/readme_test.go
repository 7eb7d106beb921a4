package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("update", false, "write what the session answers into README.md")

// TestReadme types the session of README.md to the program, on a file, and compares what it answers. Times and ids of operations
// differ each time.
func TestReadme(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		require.NotEqual(t, "true", os.Getenv("CI"), "there is no curl")
		t.Skip("there is no curl")
	}
	file, err := filepath.Abs("README.md")
	require.NoError(t, err)
	readme, err := os.ReadFile(file)
	require.NoError(t, err)
	address := running(t)

	sessions := regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.NotEmpty(t, sessions)
	written := string(readme)
	var typed, answers strings.Builder // of all sessions: an id is the same wherever it stands
	for _, session := range sessions {
		var answered strings.Builder
		for command := range strings.Lines(session[1]) {
			line, is := strings.CutPrefix(command, "$ curl ")
			if !is {
				continue
			}
			line = strings.ReplaceAll(line, "localhost:8080", address)
			out, err := exec.CommandContext(t.Context(), "sh", "-c", curl+" --noproxy '*' "+line).Output()
			require.NoError(t, err, command)
			answered.WriteString(command)
			answered.Write(out)
		}
		written = strings.Replace(written, session[1], answered.String(), 1)
		typed.WriteString(session[1])
		answers.WriteString(answered.String())
	}
	if *rewrite {
		require.NoError(t, os.WriteFile(file, []byte(written), 0o600))
		return
	}
	require.Equal(t, steady(typed.String()), steady(answers.String()))
}

// running runs the program on a new file, and says where it listens. It is stopped with the test.
func running(t *testing.T) string {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("DATABASE_URL", "")
	t.Setenv("API_PASSWORD", "")
	t.Setenv("ADDR", "127.0.0.1:0")
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, write)
		_ = write.CloseWithError(err)
		ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	lines := bufio.NewReader(read)
	said, err := lines.ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	address, ok := strings.CutPrefix(strings.TrimSpace(said), "Articles: http://")
	require.True(t, ok, said)
	return strings.TrimSuffix(address, "/articles")
}

// steady is a text with numbers for the ids of operations, and without times.
func steady(text string) string {
	text = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)"`).ReplaceAllString(text, `"time"`)
	known := map[string]string{}
	return regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).ReplaceAllStringFunc(text, func(id string) string {
		if known[id] == "" {
			known[id] = fmt.Sprintf("id %d", len(known)+1)
		}
		return known[id]
	})
}
