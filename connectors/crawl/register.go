package crawl

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace-sql/millrace/storage/catalog"
	"github.com/millrace-sql/millrace/storage/lake"
)

// The parameters that a Glue crawler sets.
const (
	paramCrawler      = "UPDATED_BY_CRAWLER"
	paramObjects      = "objectCount"
	paramRows         = "recordCount"
	paramBytes        = "sizeKey"
	paramRowBytes     = "averageRecordSize"
	paramFormat       = "classification"
	paramCompression  = "compressionType"
	paramData         = "typeOfData"
	paramSerializer   = "CrawlerSchemaSerializerVersion"
	paramDeserializer = "CrawlerSchemaDeserializerVersion"

	formatParquet = "parquet"
)

// parameters puts the numbers over what is there; parameters that others set stay.
func (n numbers) parameters(old map[string]string) map[string]string {
	p := maps.Clone(old)
	if p == nil {
		p = map[string]string{}
	}
	p[paramFormat] = formatParquet
	p[paramCompression] = "none" // of whole files; that of pages does not count
	p[paramData] = "file"
	p[paramObjects] = strconv.FormatInt(n.objects, 10)
	p[paramRows] = strconv.FormatInt(n.rows, 10)
	p[paramBytes] = strconv.FormatInt(n.bytes, 10)
	p[paramRowBytes] = strconv.FormatInt(n.bytes/max(n.rows, 1), 10)
	return p
}

// register brings the entry of a table up to date; old is what the location has in the catalog, if anything.
func (c *crawler) register(f found, name, location string, old *catalog.Table) error {
	if len(f.columns) == 0 {
		if old == nil {
			c.report.because(name, "not added: the table is empty, so its columns are not known")
			return nil
		}
		f.columns, f.keys = old.Columns, old.PartitionKeys
	}
	t := catalog.Table{Database: c.Database, Name: name, Location: location, Format: formatParquet, Columns: f.columns,
		PartitionKeys: f.keys, CreatedBy: c.Crawler}
	mine := true
	if old != nil {
		_, mine = old.Parameters[paramCrawler]
		t = merge(*old, t, mine)
	}
	t.Parameters = f.parameters(t.Parameters)
	if mine {
		t.Parameters[paramCrawler] = c.Crawler
		t.Parameters[paramSerializer], t.Parameters[paramDeserializer] = "1.0", "1.0"
	}
	stored, err := c.Catalog.PutTable(t)
	if err != nil {
		return err
	}
	change := TableChange{Name: name, Location: location, Change: Unchanged}
	switch {
	case old == nil:
		change.Change = Added
	case stored.Version != old.Version:
		change.Change = Changed
		for _, d := range differences(*old, stored) {
			c.report.because(name, d)
		}
	}
	for _, n := range f.notes {
		c.report.because(name, n)
	}
	if err := c.partitions(f, stored, &change); err != nil {
		return err
	}
	c.report.add(change)
	return nil
}

// merge is the new entry of a table that is known. Of somebody else's the declared columns stay as they are.
func merge(old, seen catalog.Table, mine bool) catalog.Table {
	out := old
	out.Format = seen.Format
	if mine {
		out.Columns = keepComments(old.Columns, seen.Columns)
		out.PartitionKeys = keepComments(old.PartitionKeys, seen.PartitionKeys)
		out.Location = seen.Location
		return out
	}
	out.Columns = slices.Clone(old.Columns)
	for _, c := range seen.Columns {
		if !has(out.Columns, c.Name) && !has(out.PartitionKeys, c.Name) {
			out.Columns = append(out.Columns, c)
		}
	}
	return out
}

func has(cols []catalog.Column, name string) bool {
	return slices.ContainsFunc(cols, func(c catalog.Column) bool { return strings.EqualFold(c.Name, name) })
}

func keepComments(old, seen []catalog.Column) []catalog.Column {
	out := slices.Clone(seen)
	for i := range out {
		for _, o := range old {
			if o.Name == out[i].Name {
				out[i].Comment = o.Comment
			}
		}
	}
	return out
}

// differences says in words what changed between two versions of a table.
func differences(old, now catalog.Table) []string {
	var out []string
	compare := func(what string, a, b []catalog.Column) {
		types := map[string]string{}
		for _, c := range a {
			types[c.Name] = c.Type
		}
		for _, c := range b {
			was, ok := types[c.Name]
			switch {
			case !ok:
				out = append(out, fmt.Sprintf("changed: %s %s %s is new", what, c.Name, c.Type))
			case was != c.Type:
				out = append(out, fmt.Sprintf("changed: %s %s was %s and is %s", what, c.Name, was, c.Type))
			}
			delete(types, c.Name)
		}
		for _, name := range sortedKeys(types) {
			out = append(out, fmt.Sprintf("changed: %s %s is gone", what, name))
		}
	}
	compare("column", old.Columns, now.Columns)
	compare("partition key", old.PartitionKeys, now.PartitionKeys)
	for _, p := range []string{paramObjects, paramRows, paramBytes} {
		if a, b := old.Parameters[p], now.Parameters[p]; a != b {
			out = append(out, fmt.Sprintf("changed: %s was %q and is %q", p, a, b))
		}
	}
	return out
}

// partitions makes the partitions of the catalog those that were found.
func (c *crawler) partitions(f found, t catalog.Table, change *TableChange) error {
	before, err := c.Catalog.Partitions(t.Database, t.Name)
	if err != nil {
		return err
	}
	old := map[string]catalog.Partition{}
	for _, p := range before {
		old[strings.Join(p.Values, "\x00")] = p
	}
	var now []catalog.Partition
	for _, p := range f.partitionsFor(t.PartitionKeys) {
		id := strings.Join(p.values, "\x00")
		was, ok := old[id]
		delete(old, id)
		next := catalog.Partition{Values: p.values, Location: strings.TrimSuffix(t.Location, "/") + "/" + p.folder + "/",
			Parameters: p.parameters(was.Parameters)}
		switch {
		case !ok:
			change.PartitionsAdded++
		case was.Location != next.Location || !maps.Equal(was.Parameters, next.Parameters):
			change.PartitionsChanged++
		}
		now = append(now, next)
	}
	change.PartitionsRemoved = len(old)
	if change.PartitionsAdded+change.PartitionsChanged+change.PartitionsRemoved == 0 {
		return nil
	}
	return c.Catalog.ReplacePartitions(t.Database, t.Name, now)
}

// partitionsFor is the partitions with their values in the order of the table's keys, which somebody else may have
// declared in another order than the folders have.
func (f found) partitionsFor(keys []catalog.Column) []foundPartition {
	if slices.EqualFunc(f.keys, keys, func(a, b catalog.Column) bool { return strings.EqualFold(a.Name, b.Name) }) {
		return f.partitions
	}
	out := make([]foundPartition, 0, len(f.partitions))
	for _, p := range f.partitions {
		values := make([]string, len(keys))
		for i, k := range keys {
			values[i] = lake.PartitionValue{Null: true}.Raw()
			for j, have := range f.keys {
				if strings.EqualFold(have.Name, k.Name) {
					values[i] = p.values[j]
				}
			}
		}
		p.values = values
		out = append(out, p)
	}
	return out
}
