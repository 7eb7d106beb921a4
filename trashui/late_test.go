package trashui

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestLate says that a read whose time is over is told to be narrowed down.
func TestLate(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	v := &visit{ctx: ctx, r: httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)}
	var p *problem
	require.ErrorAs(t, v.late(errors.New("interrupted")), &p)
	require.Equal(t, http.StatusServiceUnavailable, p.Status)
	require.NoError(t, v.late(nil))
}
