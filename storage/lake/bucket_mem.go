package lake

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
)

// NewMem is an empty bucket in memory: durable as long as it is referenced.
func NewMem() Bucket { return &memBucket{objects: map[string][]byte{}} }

type memBucket struct {
	mu      sync.RWMutex
	objects map[string][]byte
}

func (b *memBucket) List(ctx context.Context, prefix string) ([]Object, error) {
	if err := checkPrefix(prefix); err != nil {
		return nil, fail("prefix", prefix, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []Object
	for k, v := range b.objects {
		if strings.HasPrefix(k, prefix) {
			out = append(out, Object{Key: k, Size: int64(len(v))})
		}
	}
	sortObjects(out)
	return out, nil
}

func sortObjects(o []Object) {
	slices.SortFunc(o, func(a, b Object) int { return strings.Compare(a.Key, b.Key) })
}

type memBlob struct{ *bytes.Reader }

func (memBlob) Close() error { return nil }

func (b *memBucket) Open(ctx context.Context, key string) (Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	v, ok := b.objects[key]
	if !ok {
		return nil, fail("object", key, ErrNotExist)
	}
	return memBlob{bytes.NewReader(v)}, nil
}

func (b *memBucket) PutIfAbsent(ctx context.Context, key string, write func(io.Writer) error) error {
	if err := checkKey(key); err != nil {
		return fail("object", key, err)
	}
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		return err
	}
	return b.put(ctx, key, buf.Bytes())
}

func (b *memBucket) put(ctx context.Context, key string, v []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.objects[key]; ok {
		return fail("object", key, ErrExists)
	}
	b.objects[key] = v
	return nil
}

// Link shares the bytes: objects never change.
func (b *memBucket) Link(ctx context.Context, from, to string) error {
	if err := checkKey(to); err != nil {
		return fail("object", to, err)
	}
	b.mu.RLock()
	v, ok := b.objects[from]
	b.mu.RUnlock()
	if !ok {
		return fail("object", from, ErrNotExist)
	}
	return b.put(ctx, to, v)
}

func (b *memBucket) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.objects, key)
	return nil
}
