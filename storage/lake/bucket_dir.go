package lake

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	// stagingFolder holds what is not yet published. It stands beside tables, never in one: some readers open every file
	// below a table's folder, whatever its name.
	stagingFolder = "_staging"
	putPrefix     = ".put-"
	// A temporary file of this age belongs to a process that died.
	staleAfter = 24 * time.Hour
)

// OpenDir is the bucket of the files below a folder, which need not exist yet. Objects under construction are files in its
// sub-folder _staging, so everything must lie on one file system. Empty folders are not kept.
func OpenDir(root string) (Bucket, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fail("folder", root, err)
	}
	return &dirBucket{root: abs, synced: map[string]bool{}}, nil
}

type dirBucket struct {
	root  string
	sweep sync.Once

	mu     sync.Mutex
	synced map[string]bool // folders known to be durable in their parents
}

func (b *dirBucket) file(key string) string { return filepath.Join(b.root, filepath.FromSlash(key)) }

func (b *dirBucket) List(ctx context.Context, prefix string) ([]Object, error) {
	if err := checkPrefix(prefix); err != nil {
		return nil, fail("prefix", prefix, err)
	}
	top := b.file(prefix)
	var out []Object
	err := filepath.WalkDir(top, func(p string, d fs.DirEntry, err error) error {
		if cerr := ctx.Err(); cerr != nil {
			return cerr
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since the folder was read, or no such prefix
		}
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), putPrefix) {
			return err
		}
		info, err := os.Stat(p) // follows links: a linked file is an object too
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(b.root, p)
		if err == nil {
			out = append(out, Object{Key: filepath.ToSlash(rel), Size: info.Size()})
		}
		return err
	})
	if err != nil {
		return nil, fail("folder", top, err)
	}
	sortObjects(out)
	return out, nil
}

type fileBlob struct {
	*os.File
	size int64
}

func (f fileBlob) Size() int64 { return f.size }

func (b *dirBucket) Open(ctx context.Context, key string) (Blob, error) {
	if err := checkKey(key); err != nil {
		return nil, fail("object", key, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(b.file(key))
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNotExist
	}
	if err != nil {
		return nil, fail("object", key, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, fail("object", key, errors.Join(err, f.Close()))
	}
	return fileBlob{f, info.Size()}, nil
}

func (b *dirBucket) PutIfAbsent(ctx context.Context, key string, write func(io.Writer) error) error {
	if err := checkKey(key); err != nil {
		return fail("object", key, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b.sweep.Do(b.removeStale)
	if _, err := os.Lstat(b.file(key)); err == nil {
		return fail("object", key, b.link("", key))
	}
	tmp, err := b.temp()
	if err != nil {
		return fail("object", key, err)
	}
	err = write(tmp)
	if err == nil {
		err = tmp.Sync()
	}
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = fail("object", key, b.link(tmp.Name(), key))
	}
	if rerr := os.Remove(tmp.Name()); err == nil {
		err = fail("object", key, rerr)
	}
	b.prune(stagingFolder)
	return err
}

// Link gives the file a second name.
func (b *dirBucket) Link(ctx context.Context, from, to string) error {
	if err := checkKey(to); err != nil {
		return fail("object", to, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	src := b.file(from)
	if _, err := os.Lstat(src); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(b.file(to)); err == nil {
			return fail("object", to, b.link("", to))
		}
		return fail("object", from, ErrNotExist)
	}
	return fail("object", to, b.link(src, to))
}

func (b *dirBucket) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return fail("object", key, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := os.Remove(b.file(key))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail("object", key, err)
	}
	b.prune(path.Dir(key))
	return nil
}
