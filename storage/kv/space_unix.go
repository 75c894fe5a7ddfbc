//go:build linux || darwin || freebsd

package kv

import (
	"errors"
	"syscall"
)

// freeBytes is what an ordinary user may still write to the file system of the directory.
func freeBytes(dir string) (int64, error) {
	var st syscall.Statfs_t
	err := syscall.Statfs(dir, &st)
	if errors.Is(err, syscall.ENOSYS) {
		return unlimited, nil
	}
	if err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
