package lake

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Removing empty folders may take away the folder that another goroutine has just made sure of; so often is it tried again.
const folderAttempts = 100

// link publishes src under the key and makes the name durable; without src it only makes durable what is there. A plain
// rename would replace silently, a link refuses.
func (b *dirBucket) link(src, key string) error {
	for attempt := 0; ; attempt++ {
		err := b.ensureFolder(path.Dir(key))
		if err == nil && src != "" {
			err = os.Link(src, b.file(key))
		} else if err == nil {
			err = ErrExists
		}
		switch {
		case errors.Is(err, fs.ErrNotExist) && attempt < folderAttempts:
			continue
		case errors.Is(err, fs.ErrExist):
			err = ErrExists
		}
		if err != nil && !errors.Is(err, ErrExists) {
			b.prune(path.Dir(key)) // folders made for nothing
			return err
		}
		if serr := syncFolder(filepath.Dir(b.file(key))); serr != nil {
			return serr
		}
		return err
	}
}

// ensureFolder makes the folder of a key and all above it, durably.
func (b *dirBucket) ensureFolder(folder string) error {
	dir := b.root
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if folder == "." {
		return nil
	}
	for part := range strings.SplitSeq(folder, "/") {
		parent := dir
		dir = filepath.Join(dir, part)
		err := os.Mkdir(dir, 0o777)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		b.mu.Lock()
		known := err != nil && b.synced[dir]
		b.mu.Unlock()
		if known {
			continue
		}
		if err := syncFolder(parent); err != nil {
			return err
		}
		b.mu.Lock()
		b.synced[dir] = true
		b.mu.Unlock()
	}
	return nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// temp makes a file in the staging folder.
func (b *dirBucket) temp() (*os.File, error) {
	dir := b.file(stagingFolder)
	for attempt := 0; ; attempt++ {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		f, err := os.CreateTemp(dir, putPrefix+"*")
		if err == nil {
			// Temporary files are private by default; a published file has the rights of any other new file.
			if err = f.Chmod(0o644); err != nil {
				return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
			}
			return f, nil
		}
		if !errors.Is(err, fs.ErrNotExist) || attempt == folderAttempts {
			return nil, err
		}
	}
}

// prune removes the folder of a key and those above it while they are empty. It is tidiness only: a folder that cannot be
// removed, mostly because it is not empty, stays.
func (b *dirBucket) prune(folder string) {
	for ; folder != "." && folder != "/"; folder = path.Dir(folder) {
		if os.Remove(b.file(folder)) != nil {
			return
		}
	}
}

// removeStale deletes what dead processes left in the staging folder. What it cannot read or remove stays for next time.
func (b *dirBucket) removeStale() {
	entries, err := os.ReadDir(b.file(stagingFolder))
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), putPrefix) && time.Since(info.ModTime()) > staleAfter {
			if os.Remove(filepath.Join(b.file(stagingFolder), e.Name())) != nil {
				return
			}
		}
	}
}
