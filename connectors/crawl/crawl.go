package crawl

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/millrace-sql/millrace/storage/catalog"
	"github.com/millrace-sql/millrace/storage/lake"
)

var (
	// ErrNoFolder says that the path to crawl does not exist or is not a folder.
	ErrNoFolder = errors.New("no such folder")
	// ErrOption says that an option has no usable value.
	ErrOption = errors.New("unusable crawler option")
	// ErrType says that a column's Hive type has no SQL type.
	ErrType = errors.New("column type not supported")
)

// Databases is what the crawler needs to have the database it writes to.
type Databases interface {
	Database(name string) (catalog.Database, error)
	PutDatabase(d catalog.Database) (catalog.Database, error)
}

// Tables is what it needs to register tables.
type Tables interface {
	Tables(database string) ([]catalog.Table, error)
	PutTable(t catalog.Table) (catalog.Table, error)
	DeleteTable(database, name string) error
}

// Partitions is what it needs to register partitions.
type Partitions interface {
	Partitions(database, table string) ([]catalog.Partition, error)
	ReplacePartitions(database, table string, parts []catalog.Partition) error
}

// Catalog is the catalog as a crawler sees it; *catalog.Catalog is one.
type Catalog interface {
	Databases
	Tables
	Partitions
}

// The types of partition keys.
const (
	PartitionString = "string" // as Glue: every key is a string
	PartitionInfer  = "infer"  // int, bigint or date where all values are
)

// Options of Run. Catalog, Crawler and one of Path and Bucket are required.
type Options struct {
	// Path is a folder of the local file system.
	Path string
	// Bucket, without Path, is where to look, below Prefix (no `/` at its end). URI is what makes a location of a key:
	// locations are URI + "/" + key.
	Bucket lake.Bucket
	Prefix string
	URI    string

	Catalog Catalog
	// Crawler is the crawler's name; it marks the tables that are its own.
	Crawler string
	// Database is made if it does not exist; "" is the default database.
	Database string
	// TablePrefix is put before the names of tables.
	TablePrefix string
	// PartitionTypes is PartitionString ("" too) or PartitionInfer.
	PartitionTypes string
}

// crawler is one run.
type crawler struct {
	Options
	report Report
}

// Run looks for tables and brings the catalog up to date. An empty folder gives an empty report. A file that is no Parquet
// file is passed over and named in the report. Errors: ErrNoFolder, ErrOption, those of the bucket and of the catalog.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.resolve(); err != nil {
		return Report{}, fmt.Errorf("crawler %q: %w", o.Crawler, err)
	}
	c := &crawler{Options: o}
	if err := c.run(ctx); err != nil {
		return Report{}, fmt.Errorf("crawler %q: %w", o.Crawler, err)
	}
	return c.report, nil
}

func (o *Options) resolve() error {
	if o.Database == "" {
		o.Database = catalog.DefaultDatabase
	}
	o.Database = strings.ToLower(o.Database)
	switch strings.ToLower(o.PartitionTypes) {
	case "", PartitionString:
		o.PartitionTypes = PartitionString
	case PartitionInfer:
		o.PartitionTypes = PartitionInfer
	default:
		return fmt.Errorf("%w: partition_types '%s' is none of string, infer", ErrOption, o.PartitionTypes)
	}
	if o.Path == "" {
		if o.Bucket == nil {
			return fmt.Errorf("%w: a path is missing", ErrOption)
		}
		return nil
	}
	abs, err := filepath.Abs(o.Path)
	if err != nil {
		return err
	}
	info, err := os.Stat(abs)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrNoFolder, o.Path)
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %s is a file; give the folder that holds it", ErrNoFolder, o.Path)
	}
	o.Bucket, o.Prefix, err = lake.OpenLocation(abs)
	o.URI = strings.TrimSuffix(filepath.ToSlash(filepath.Dir(abs)), "/")
	return err
}

func (c *crawler) run(ctx context.Context) error {
	if _, err := c.Catalog.Database(c.Database); errors.Is(err, catalog.ErrNotFound) {
		_, err = c.Catalog.PutDatabase(catalog.Database{Name: c.Database})
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	known, err := c.Catalog.Tables(c.Database)
	if err != nil {
		return err
	}
	roots, err := c.discover(ctx)
	if err != nil {
		return err
	}
	names := newNames(c.TablePrefix, known)
	for _, root := range roots {
		found, err := c.inspect(ctx, root)
		if err != nil {
			return err
		}
		location := c.location(root)
		if err := c.register(found, names.of(root, location), location, names.at[location]); err != nil {
			return err
		}
	}
	return c.removeGone(known, roots)
}

// location is the catalog's form of a key: it ends with `/`.
func (c *crawler) location(key string) string { return c.URI + "/" + key + "/" }

// removeGone takes the tables out of the catalog that this crawler made below its target and did not find again.
func (c *crawler) removeGone(known []catalog.Table, roots []string) error {
	found := map[string]bool{}
	for _, r := range roots {
		found[c.location(r)] = true
	}
	top := c.URI + "/"
	if c.Prefix != "" {
		top = c.location(c.Prefix)
	}
	for _, t := range known {
		if t.Parameters[paramCrawler] != c.Crawler || !strings.HasPrefix(t.Location, top) || found[t.Location] {
			continue
		}
		parts, err := c.Catalog.Partitions(c.Database, t.Name)
		if err != nil {
			return err
		}
		if err := c.Catalog.DeleteTable(c.Database, t.Name); err != nil {
			return err
		}
		c.report.add(TableChange{Name: t.Name, Location: t.Location, Change: Removed, PartitionsRemoved: len(parts)})
		c.report.because(t.Name, "removed: no Parquet files are left at "+t.Location)
	}
	return nil
}

// discover lists the folders that are tables, sorted.
func (c *crawler) discover(ctx context.Context) ([]string, error) {
	prefix := ""
	if c.Prefix != "" {
		prefix = c.Prefix + "/"
	}
	objects, err := c.Bucket.List(ctx, prefix)
	if err != nil {
		return nil, err
	}
	roots := map[string]bool{}
	for _, o := range objects {
		if root, ok := tableOf(strings.TrimPrefix(o.Key, prefix), o.Size); ok {
			roots[path.Join(c.Prefix, root)] = true
		}
	}
	return sortedKeys(roots), nil
}

// tableOf is the folder of the table that a file below the target belongs to.
func tableOf(rel string, size int64) (string, bool) {
	parts := strings.Split(rel, "/")
	folders, name := parts[:len(parts)-1], parts[len(parts)-1]
	for i, f := range folders {
		if f == lake.CommitsFolder {
			return strings.Join(folders[:i], "/"), i == len(folders)-1
		}
		if strings.HasPrefix(f, "_") || strings.HasPrefix(f, ".") {
			return "", false
		}
	}
	if strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") || !strings.HasSuffix(name, ".parquet") || size == 0 {
		return "", false
	}
	for len(folders) > 0 {
		if _, ok := lake.ParseFolder(folders[len(folders)-1]); !ok {
			break
		}
		folders = folders[:len(folders)-1]
	}
	return strings.Join(folders, "/"), true
}
