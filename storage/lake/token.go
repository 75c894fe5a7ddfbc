package lake

import (
	"encoding/json"
	"fmt"

	"github.com/millrace-sql/millrace/sql/types"
)

const (
	tokenVersion    = 2
	oldTokenVersion = 1 // without segments
)

// token is what a prepared epoch consists of; see format.md.
type token struct {
	Version  int               `json:"version"`
	Files    []stagedFile      `json:"files,omitempty"`
	Segments []segment         `json:"segments,omitempty"`
	Open     map[string]uint64 `json:"open,omitempty"`
}

// stagedFile is a file that is durable and not yet part of the table. In a token, Path is that of the published file, in
// a writer only its folder.
type stagedFile struct {
	Staged string `json:"staged"`
	DataFile
}

// segment is a run of a writer's batches, numbered First .. First+Batches-1, kept as an Arrow IPC stream beside the table
// while an unfinished file has rows of them.
type segment struct {
	Key     string     `json:"key"`
	Size    int64      `json:"size"`
	CRC     uint32     `json:"crc"`
	First   uint64     `json:"first"`
	Batches int        `json:"batches"`
	Rows    int64      `json:"rows"`
	Since   types.Time `json:"since"` // when the first row came

	batches []batch // what is to be stored; nil once it is
}

func (s *segment) end() uint64 { return s.First + uint64(s.Batches) }

func (t token) empty() bool { return len(t.Files) == 0 && len(t.Segments) == 0 }

func (t token) encode() ([]byte, error) {
	if t.empty() {
		return nil, nil
	}
	t.Version = tokenVersion
	return json.Marshal(t)
}

// parseToken reads a token; no bytes are an empty one. Errors: ErrCorrupt, ErrVersion.
func parseToken(text []byte) (token, error) {
	var t token
	if len(text) == 0 {
		return t, nil
	}
	if err := json.Unmarshal(text, &t); err != nil {
		return t, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if t.Version != tokenVersion && t.Version != oldTokenVersion {
		return t, fmt.Errorf("%w: %d, known are %d and %d", ErrVersion, t.Version, oldTokenVersion, tokenVersion)
	}
	return t, nil
}
