package catalog

import (
	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/types"
)

// DefaultDatabase exists from the start and cannot be deleted.
const DefaultDatabase = "default"

// Kind is what a Definition defines.
type Kind string

// The kinds of definitions.
const (
	KindStream   Kind = "stream"
	KindPump     Kind = "pump"
	KindTable    Kind = "table"
	KindView     Kind = "view"
	KindFunction Kind = "function"
	KindCrawler  Kind = "crawler"
)

// Definition is a SQL object as it was created. Kind, Database and Name identify it.
type Definition struct {
	Kind     Kind              `json:"kind"`
	Database string            `json:"database"`
	Name     string            `json:"name"`
	SQL      string            `json:"sql"` // the statement in canonical text
	Options  map[string]string `json:"options,omitempty"`
	// Incarnation tells an object from earlier ones of its name. PutDefinition keeps the stored one, or mints one, where
	// it is zero; giving another one is how an object is created anew.
	Incarnation uuid.UUID `json:"incarnation"`
	// Created and Updated are set by PutDefinition.
	Created types.Time `json:"created"`
	Updated types.Time `json:"updated"`
}

// Database is a namespace of tables.
type Database struct {
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Location    string            `json:"location,omitempty"`
	Parameters  map[string]string `json:"parameters,omitempty"`
	Created     types.Time        `json:"created"` // set by PutDatabase
}

// Column is a column of a table. Type is a Hive type string, such as bigint or struct<a:int>.
type Column struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Comment string `json:"comment,omitempty"`
}

// Table describes files under a location. Database and Name identify it.
type Table struct {
	Database      string            `json:"database"`
	Name          string            `json:"name"`
	Location      string            `json:"location"`
	Format        string            `json:"format"` // parquet, json, csv ...
	Columns       []Column          `json:"columns"`
	PartitionKeys []Column          `json:"partition_keys,omitempty"`
	Parameters    map[string]string `json:"parameters,omitempty"`
	CreatedBy     string            `json:"created_by,omitempty"`
	// Version counts the changes from 0 and, like Created and Updated, is set by PutTable.
	Version int        `json:"version"`
	Created types.Time `json:"created"`
	Updated types.Time `json:"updated"`
}

// Partition is a part of a table's files. Values, one per partition key of the table, identify it.
type Partition struct {
	Values     []string          `json:"values"`
	Location   string            `json:"location"`
	Parameters map[string]string `json:"parameters,omitempty"`
}

// CrawlState is where a crawler's run stands.
type CrawlState string

// The states of a crawler's run.
const (
	CrawlRunning   CrawlState = "running"
	CrawlSucceeded CrawlState = "succeeded"
	CrawlFailed    CrawlState = "failed"
)

// Crawl is one run of a crawler.
type Crawl struct {
	State             CrawlState `json:"state"`
	Started           types.Time `json:"started"`
	Ended             types.Time `json:"ended"`
	Error             string     `json:"error,omitempty"`
	TablesAdded       int        `json:"tables_added"`
	TablesUpdated     int        `json:"tables_updated"`
	TablesDeleted     int        `json:"tables_deleted"`
	PartitionsAdded   int        `json:"partitions_added"`
	PartitionsUpdated int        `json:"partitions_updated"`
	PartitionsDeleted int        `json:"partitions_deleted"`
	Tables            []string   `json:"tables,omitempty"` // those that the run found
}

// Crawler finds tables under its targets and registers them in a database.
type Crawler struct {
	Name          string            `json:"name"`
	Targets       []string          `json:"targets"`
	Database      string            `json:"database"`
	TablePrefix   string            `json:"table_prefix,omitempty"`
	Configuration map[string]string `json:"configuration,omitempty"`
	LastCrawl     *Crawl            `json:"last_crawl,omitempty"` // nil before the first run
	// Version counts the changes from 0, those of LastCrawl excepted; like Created and Updated it is set by PutCrawler.
	Version int        `json:"version"`
	Created types.Time `json:"created"`
	Updated types.Time `json:"updated"`
}
