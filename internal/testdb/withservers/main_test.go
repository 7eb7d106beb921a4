package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// asProgramEnv has the test's own program be withservers.
const asProgramEnv = "SOFTDELETE_WITHSERVERS"

func TestMain(m *testing.M) {
	if os.Getenv(asProgramEnv) != "" {
		main()
	}
	os.Exit(m.Run())
}

var variables = map[string]string{"postgres": "SOFTDELETE_TEST_POSTGRES_DSN", "mariadb": "SOFTDELETE_TEST_MARIADB_DSN", "tidb": "SOFTDELETE_TEST_TIDB_DSN"}

// eachServer runs fn for each server among the databases, with withservers about to run a script beside it and the
// directory in which its data would be.
func eachServer(t *testing.T, fn func(t *testing.T, name string, command func(words ...string) *exec.Cmd, dir string)) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are a shell's")
	}
	for _, name := range testdb.Names() {
		if variables[name] == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, err := os.MkdirTemp("/tmp", "withservers-") //nolint:usetesting // TempDir is too long for a socket, and closed to the server's account.
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
			require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // The server's account has to enter it.
			fn(t, name, func(words ...string) *exec.Cmd {
				cmd := exec.Command(os.Args[0], append([]string{"--"}, words...)...)
				cmd.Env = slices.DeleteFunc(os.Environ(), func(setting string) bool {
					return strings.HasPrefix(setting, "SOFTDELETE_TEST_") && strings.Contains(setting, "_DSN=")
				})
				cmd.Env = append(cmd.Env, asProgramEnv+"=1", "SOFTDELETE_TEST_DATABASES="+name, "TMPDIR="+dir)
				return cmd
			}, dir)
		})
	}
}

// requireNothingLeft requires that the servers' data and processes are gone: a server's data is its working directory.
func requireNothingLeft(t *testing.T, dir string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, "softdelete-*"))
	require.NoError(t, err)
	require.Empty(t, left)
	processes, err := filepath.Glob("/proc/[0-9]*/cwd")
	require.NoError(t, err)
	for _, process := range processes {
		if at, err := os.Readlink(process); err == nil {
			require.False(t, strings.HasPrefix(at, dir+"/"), "%s is still in %s", process, at)
		}
	}
}

func TestCommandsShareOneServer(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, name string, command func(...string) *exec.Cmd, dir string) {
		variable := variables[name]
		output, err := command("sh", "-c", `echo "$`+variable+`"; sh -c 'echo "$`+variable+`"'; ls -d `+dir+`/softdelete-*`).Output()
		require.NoError(t, err)
		lines := strings.Fields(strings.ReplaceAll(strings.TrimSpace(string(output)), " ", "_"))
		require.Len(t, lines, 3, "two equal DSNs and one directory: %s", output)
		require.Contains(t, lines[0], "127.0.0.1")
		require.Equal(t, lines[0], lines[1])
		requireNothingLeft(t, dir)
	})
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, _ string, command func(...string) *exec.Cmd, dir string) {
		for _, test := range []struct {
			words []string
			want  int
		}{
			{[]string{"sh", "-c", "exit 7"}, 7},
			{[]string{"sh", "-c", "kill -KILL $$"}, 128 + 9},
			{[]string{filepath.Join(dir, "absent")}, codeNotStarted},
			{nil, codeUsage},
		} {
			var exit *exec.ExitError
			require.ErrorAs(t, command(test.words...).Run(), &exit)
			require.Equal(t, test.want, exit.ExitCode(), test.words)
			requireNothingLeft(t, dir)
		}
	})
}

func TestSignals(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, _ string, command func(...string) *exec.Cmd, dir string) {
		for _, sent := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			cmd := command("sh", "-c", "echo up; exec tail -f /dev/null")
			output, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			_, err = bufio.NewReader(output).ReadString('\n')
			require.NoError(t, err)
			require.NoError(t, cmd.Process.Signal(sent))
			var exit *exec.ExitError
			require.ErrorAs(t, cmd.Wait(), &exit)
			require.Equal(t, 128+int(sent), exit.ExitCode())
			requireNothingLeft(t, dir)
		}
	})
}

func TestDSNGivenIsLeftAlone(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, name string, command func(...string) *exec.Cmd, dir string) {
		cmd := command("sh", "-c", `echo "$`+variables[name]+`"; ls `+dir)
		cmd.Env = append(cmd.Env, variables[name]+"=another's")
		output, err := cmd.Output()
		require.NoError(t, err)
		require.Equal(t, "another's\n", string(output))
	})
}
