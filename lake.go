package millrace

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/connectors/crawl"
	"github.com/millrace-sql/millrace/connectors/table"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
	"github.com/millrace-sql/millrace/storage/lake"
)

// lakeConnector keeps tables as Parquet files in a folder, and reads those that a
// crawler found.
func (db *DB) lakeConnector() Connector {
	return Connector{
		Check: func(r *plan.Relation, _ ConnectorEnv) error {
			if r.Stream {
				return errors.New("connector lake keeps tables: CREATE TABLE")
			}
			o, err := table.ParseOptions(r.Options)
			if err != nil {
				return err
			}
			for _, p := range o.PartitionedBy {
				if _, n := r.Schema.Lookup(p, false); n != 1 {
					return fmt.Errorf("option 'partitioned_by': no column %q", p)
				}
			}
			return nil
		},
		Create: func(ctx context.Context, r *plan.Relation, env ConnectorEnv, replace bool) error {
			bucket, location, o, err := tableAt(r, env)
			if err != nil {
				return err
			}
			if !replace {
				_, err := lake.Create(ctx, bucket, location, o)
				return err
			}
			t, err := lake.Open(bucket, location, o)
			if err != nil {
				return err
			}
			return t.Replace(ctx)
		},
		Source: func(_ context.Context, r *plan.Relation, env ConnectorEnv) (flow.Source, error) {
			t, err := openTable(r, env)
			if err != nil {
				return nil, err
			}
			return table.NewSource(t, r.Schema, env.Mem), nil
		},
		Sink: func(_ context.Context, r *plan.Relation, env ConnectorEnv, l Lane) (flow.Sink, error) {
			t, err := openTable(r, env)
			if err != nil {
				return nil, err
			}
			w, err := t.Writer(lake.WriterID{Incarnation: l.Incarnation, Pump: l.Pump, Lane: l.Number})
			if err != nil {
				return nil, err
			}
			return table.NewSink(w), nil
		},
	}
}

func openTable(r *plan.Relation, env ConnectorEnv) (*lake.Table, error) {
	bucket, location, o, err := tableAt(r, env)
	if err != nil {
		return nil, err
	}
	return lake.Open(bucket, location, o)
}

// tableAt finds the folder of a table.
func tableAt(r *plan.Relation, env ConnectorEnv) (lake.Bucket, string, lake.Options, error) {
	o, err := table.ParseOptions(r.Options)
	if err != nil {
		return nil, "", lake.Options{}, err
	}
	bucket, location, err := lake.OpenLocation(env.path(o.Location))
	return bucket, location, o.Lake(r.Schema), err
}

// relationOf reads a crawled table as a relation of the lake connector.
func relationOf(t catalog.Table) (*plan.Relation, error) {
	schema, err := crawl.Schema(t)
	if err != nil {
		return nil, fmt.Errorf("table %s.%s: %w", t.Database, t.Name, err)
	}
	return &plan.Relation{
		Database: t.Database, Name: t.Name, Schema: schema, Connector: lakeConnector,
		Options:  map[string]string{table.OptionLocation: t.Location, table.OptionPartitionedBy: columnNames(t.PartitionKeys)},
		ReadOnly: true,
	}, nil
}

// register puts a declared table into the catalog, where other readers look for
// it: names in lower case, Hive types. Its partitions come from a crawler.
func (db *DB) register(r *plan.Relation, env ConnectorEnv) error {
	o, err := table.ParseOptions(r.Options)
	if err != nil {
		return err
	}
	t := catalog.Table{
		Database: r.Database, Name: strings.ToLower(r.Name), Location: env.path(o.Location), Format: "parquet", CreatedBy: "millrace",
		Parameters: map[string]string{"classification": "parquet"},
	}
	if _, err := db.catalog.Database(t.Database); errors.Is(err, catalog.ErrNotFound) {
		if _, err := db.catalog.PutDatabase(catalog.Database{Name: t.Database}); err != nil {
			return err
		}
	}
	isKey := func(name string) func(string) bool {
		return func(p string) bool { return strings.EqualFold(p, name) }
	}
	for _, f := range r.Schema.Fields {
		hive, err := lake.HiveType(f.Type)
		if err != nil {
			return err
		}
		c := catalog.Column{Name: strings.ToLower(f.Name), Type: hive}
		if slices.ContainsFunc(o.PartitionedBy, isKey(f.Name)) {
			t.PartitionKeys = append(t.PartitionKeys, c)
		} else {
			t.Columns = append(t.Columns, c)
		}
	}
	// Folders nest in the order of the option, not of the columns.
	slices.SortStableFunc(t.PartitionKeys, func(a, b catalog.Column) int {
		return slices.IndexFunc(o.PartitionedBy, isKey(a.Name)) - slices.IndexFunc(o.PartitionedBy, isKey(b.Name))
	})
	_, err = db.catalog.PutTable(t)
	return err
}

// createCrawler is CREATE CRAWLER.
func (db *DB) createCrawler(s *ast.CreateCrawler, dir string) error {
	c := catalog.Crawler{Name: s.Name.Last().Text, Database: catalog.DefaultDatabase, Configuration: map[string]string{"dir": dir}}
	for _, o := range s.Options {
		switch strings.ToLower(o.Key) {
		case "path":
			c.Targets = []string{o.Value}
		case "database":
			c.Database = strings.ToLower(o.Value)
		case "table_prefix":
			c.TablePrefix = o.Value
		case "partition_types":
			if o.Value != crawl.PartitionString && o.Value != crawl.PartitionInfer {
				return errorAt(o.ValuePos, o.Value, "option 'partition_types' is %q, not string or infer", o.Value)
			}
			c.Configuration["partition_types"] = o.Value
		default:
			return errorAt(o.KeyPos, o.Key, "a crawler has no option '%s'; its options are path, database, table_prefix, partition_types", o.Key)
		}
	}
	if len(c.Targets) == 0 {
		return errorAt(s.Pos, "", "a crawler needs the option 'path'").hint("CREATE CRAWLER %s WITH ('path'='folder')", c.Name)
	}
	plain := *s
	plain.OrReplace, plain.IfNotExists = false, false
	c.Configuration["sql"] = plain.String()
	old, err := db.catalog.Crawler(c.Name)
	switch {
	case errors.Is(err, catalog.ErrNotFound):
	case err != nil:
		return err
	case old.Configuration["sql"] == c.Configuration["sql"] || s.IfNotExists:
		return nil
	case !s.OrReplace:
		return errorAt(s.Pos, c.Name, "crawler %s exists with another definition", c.Name).hint("CREATE OR REPLACE CRAWLER replaces it")
	}
	_, err = db.catalog.PutCrawler(c)
	return err
}

// runCrawler runs a crawler to its end, keeps the run in the catalog, and tells
// what it found, a line per table.
func (db *DB) runCrawler(ctx context.Context, s *ast.RunCrawler) ([]string, error) {
	name := s.Name.Last()
	c, err := db.catalog.Crawler(name.Text)
	if errors.Is(err, catalog.ErrNotFound) {
		return nil, errorAt(name.Pos, name.Text, "no crawler %s", name.Text).hint("%s", plan.Suggest(name.Text, db.crawlerNames()))
	}
	if err != nil {
		return nil, err
	}
	run := &catalog.Crawl{State: catalog.CrawlSucceeded, Started: db.opts.Now()}
	report, err := crawl.Run(ctx, crawl.Options{
		Path: ConnectorEnv{Dir: c.Configuration["dir"]}.path(c.Targets[0]), Catalog: db.catalog, Crawler: c.Name,
		Database: c.Database, TablePrefix: c.TablePrefix, PartitionTypes: c.Configuration["partition_types"],
	})
	run.Ended = db.opts.Now()
	if err != nil {
		run.State, run.Error = catalog.CrawlFailed, err.Error()
	}
	lines := noteCrawl(run, c, report)
	c.LastCrawl = run
	if _, perr := db.catalog.PutCrawler(c); perr != nil {
		return nil, errors.Join(err, perr)
	}
	return lines, err
}

// noteCrawl counts a report into the run and puts it into words.
func noteCrawl(run *catalog.Crawl, c catalog.Crawler, report crawl.Report) []string {
	run.TablesAdded, run.TablesUpdated, run.TablesDeleted = report.Count(crawl.Added), report.Count(crawl.Changed), report.Count(crawl.Removed)
	lines := []string{fmt.Sprintf("crawler %s: %d tables added, %d changed, %d removed", c.Name, run.TablesAdded, run.TablesUpdated, run.TablesDeleted)}
	for _, t := range report.Tables {
		run.PartitionsAdded += t.PartitionsAdded
		run.PartitionsUpdated += t.PartitionsChanged
		run.PartitionsDeleted += t.PartitionsRemoved
		if t.Change != crawl.Removed {
			run.Tables = append(run.Tables, t.Name)
		}
		lines = append(lines, fmt.Sprintf("  %s.%s %s: partitions %d added, %d changed, %d removed",
			c.Database, t.Name, t.Change, t.PartitionsAdded, t.PartitionsChanged, t.PartitionsRemoved))
	}
	for _, r := range report.Reasons {
		// That counts and sizes changed is told by the partitions.
		if !strings.HasPrefix(r.Text, "changed: ") {
			lines = append(lines, fmt.Sprintf("  %s: %s", r.Table, r.Text))
		}
	}
	return lines
}

func (db *DB) crawlerNames() []string {
	all, err := db.catalog.Crawlers()
	if err != nil {
		return nil // only a hint is lost
	}
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	return names
}
