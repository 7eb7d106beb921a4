package testdb

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
)

// Serve starts a server for each of [Names] that is one and that the environment names no database for, and returns the
// settings (NAME=DSN) by which other processes find them. They run until [Stop]. A machine without the programs of a server
// is told of in missing, or in err when CI=true: tests that find no setting say the same when they are skipped.
func Serve() (settings []string, missing, err error) {
	var (
		mu      sync.Mutex
		started sync.WaitGroup
	)
	for name, s := range servers {
		if !slices.Contains(Names(), name) || os.Getenv(s.dsnEnv) != "" {
			continue
		}
		started.Go(func() {
			_, dsn, failure := s.use()
			mu.Lock()
			defer mu.Unlock()
			switch {
			case failure == nil:
				settings = append(settings, s.dsnEnv+"="+dsn)
			case errors.Is(failure, ErrNoServer) && !mustHave():
				missing = errors.Join(missing, fmt.Errorf("testdb: %w", failure))
			default:
				err = errors.Join(err, fmt.Errorf("testdb: %w", failure))
			}
		})
	}
	started.Wait()
	return settings, missing, err
}
