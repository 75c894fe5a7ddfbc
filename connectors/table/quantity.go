package table

import (
	"time"

	"github.com/millrace-sql/millrace/sql/types"
)

// parseInterval reads an age; 0, at every checkpoint, becomes -1.
func parseInterval(text string) (time.Duration, error) {
	t, err := types.ParseDuration(text)
	if t == 0 && err == nil {
		return -1, nil
	}
	return time.Duration(t) * time.Microsecond, err
}
