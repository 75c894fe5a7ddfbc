package lake

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Object is a stored object as a listing shows it. Size is in bytes.
type Object struct {
	Key  string
	Size int64
}

// Bucket holds immutable objects under keys. It may be used from any goroutine.
type Bucket interface {
	// List returns the objects whose key starts with the prefix, sorted by key. The prefix is empty or ends with `/`;
	// of a prefix that nothing has there are none.
	List(ctx context.Context, prefix string) ([]Object, error)
	// Open gives access to an object's bytes. Errors: ErrNotExist, ErrKey.
	Open(ctx context.Context, key string) (Blob, error)
	// PutIfAbsent stores what write produces, at once and whole or not at all. When it returns nil or ErrExists, the
	// object is durable. Errors: ErrExists, ErrKey, those of write as they are; after any other error the object may or
	// may not be there, and repeating the call is safe.
	PutIfAbsent(ctx context.Context, key string, write func(io.Writer) error) error
	// Delete removes an object; removing what is not there is no error.
	Delete(ctx context.Context, key string) error
}

// Blob is an opened object. ReadAt may be called from several goroutines at once.
type Blob interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Linker is a Bucket that can store a copy of an object without its bytes travelling through this process. The rules of
// PutIfAbsent hold for the copy; ErrNotExist says that there is no original.
type Linker interface {
	Link(ctx context.Context, from, to string) error
}

// link copies an object within a bucket, the cheapest way there is.
func link(ctx context.Context, b Bucket, from, to string) error {
	if l, ok := b.(Linker); ok {
		return l.Link(ctx, from, to)
	}
	src, err := b.Open(ctx, from)
	if err != nil {
		return err
	}
	err = b.PutIfAbsent(ctx, to, func(w io.Writer) error {
		_, err := io.Copy(w, io.NewSectionReader(src, 0, src.Size()))
		return err
	})
	if cerr := src.Close(); err == nil {
		err = cerr
	}
	return err
}

// OpenLocation returns the bucket and the location in it of a table in the folder at path: the bucket is the folder that
// contains it, so that files in progress can stand beside the table. Errors: ErrKey for the root of a file system.
func OpenLocation(path string) (Bucket, string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, "", fail("location", path, err)
	}
	parent, base := filepath.Split(abs)
	if base == "" {
		return nil, "", fail("location", path, fmt.Errorf("%w: a table needs a folder of its own", ErrKey))
	}
	b, err := OpenDir(parent)
	return b, base, err
}

func checkKey(key string) error {
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "\x00\\") {
			return ErrKey
		}
	}
	return nil
}

func checkPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	folder, ok := strings.CutSuffix(prefix, "/")
	if !ok {
		return ErrKey
	}
	return checkKey(folder)
}
