package softdelete_test

import (
	"sync/atomic"
	"time"
)

const zooKnown = true

var (
	zooTick atomic.Int64
	zooBase = time.Now()
)

func zooSpaced() time.Time {
	return zooBase.Add(time.Duration(zooTick.Add(1)) * 2 * time.Millisecond)
}
