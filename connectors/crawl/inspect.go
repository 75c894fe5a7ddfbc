package crawl

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-sql/millrace/storage/catalog"
	"github.com/millrace-sql/millrace/storage/lake"
)

// So many footers are read at the same time.
const parallelFooters = 8

// numbers of a table or a partition.
type numbers struct{ objects, rows, bytes int64 }

func (n *numbers) add(m numbers) {
	n.objects += m.objects
	n.rows += m.rows
	n.bytes += m.bytes
}

// found is a table as its files show it.
type found struct {
	columns    []catalog.Column // none: there is no file to learn them from
	keys       []catalog.Column
	partitions []foundPartition // by values
	numbers
	notes []string // what the decisions were
}

type foundPartition struct {
	values []string
	folder string // relative to the table
	numbers
}

// footer is a file of the table and what it says about itself.
type footer struct {
	lake.DataFile
	info   lake.FileInfo
	values []lake.PartitionValue
}

// inspect reads the footers of a table's files.
func (c *crawler) inspect(ctx context.Context, root string) (found, error) {
	table, err := lake.Open(c.Bucket, root, lake.Options{})
	if err != nil {
		return found{}, err
	}
	snap, err := table.Snapshot(ctx, 0)
	if err != nil {
		return found{}, err
	}
	files := make([]*footer, len(snap.Files))
	damaged := make([]error, len(snap.Files))
	var g errgroup.Group
	g.SetLimit(parallelFooters)
	for i, f := range snap.Files {
		g.Go(func() error {
			info, err := lake.Describe(ctx, c.Bucket, root+"/"+f.Path)
			if errors.Is(err, lake.ErrCorrupt) {
				damaged[i] = err
				return nil
			}
			files[i] = &footer{f, info, lake.ParseFolders(f.Path)}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return found{}, err
	}
	for i, err := range damaged {
		if err != nil {
			c.report.because(root+"/"+snap.Files[i].Path, fmt.Sprintf("passed over: %v", err))
		}
	}
	return c.describe(slices.DeleteFunc(files, func(f *footer) bool { return f == nil })), nil
}

// describe makes a table of the footers.
func (c *crawler) describe(files []*footer) found {
	var f found
	f.keys = partitionKeys(files, c.PartitionTypes)
	f.columns, f.notes = unite(files, f.keys)
	parts := map[string]*foundPartition{}
	for _, file := range files {
		n := numbers{1, file.info.Rows, file.info.Bytes}
		f.add(n)
		if len(f.keys) == 0 {
			continue
		}
		values := make([]string, len(f.keys))
		for i, k := range f.keys {
			values[i] = rawValue(file.values, k.Name)
		}
		id := strings.Join(values, "\x00")
		if parts[id] == nil {
			parts[id] = &foundPartition{values: values, folder: path.Dir(file.Path)}
		}
		parts[id].add(n)
	}
	for _, p := range slices.SortedFunc(maps.Values(parts), func(a, b *foundPartition) int { return slices.Compare(a.values, b.values) }) {
		f.partitions = append(f.partitions, *p)
	}
	return f
}

// rawValue is a file's value of a key; a file that is not below a folder of that key has NULL there, as when it is read.
func rawValue(values []lake.PartitionValue, key string) string {
	for _, v := range values {
		if v.Key == key {
			return v.Raw()
		}
	}
	return lake.PartitionValue{Null: true}.Raw()
}

// partitionKeys is the keys of all folders, in the order in which they first appear.
func partitionKeys(files []*footer, how string) []catalog.Column {
	var keys []catalog.Column
	texts := map[string][]string{}
	for _, f := range files {
		for _, v := range f.values {
			if _, ok := texts[v.Key]; !ok {
				keys = append(keys, catalog.Column{Name: v.Key, Type: "string"})
				texts[v.Key] = nil
			}
			if !v.Null {
				texts[v.Key] = append(texts[v.Key], v.Text)
			}
		}
	}
	if how == PartitionInfer {
		for i := range keys {
			keys[i].Type = inferType(texts[keys[i].Name])
		}
	}
	return keys
}

func inferType(values []string) string {
	if len(values) == 0 {
		return "string"
	}
	all := func(fits func(string) bool) bool {
		return !slices.ContainsFunc(values, func(v string) bool { return !fits(v) })
	}
	integer := func(bits int) func(string) bool {
		return func(v string) bool {
			_, err := strconv.ParseInt(v, 10, bits)
			return err == nil
		}
	}
	switch {
	case all(integer(32)):
		return "int"
	case all(integer(64)):
		return "bigint"
	case all(isDate):
		return "date"
	}
	return "string"
}
