//go:build !(linux || darwin || freebsd)

package kv

// freeBytes does not know the file system's free space here: a full one ends the process.
func freeBytes(string) (int64, error) { return unlimited, nil }
