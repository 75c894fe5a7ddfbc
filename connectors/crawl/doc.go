// Package crawl finds the Parquet tables below a folder and registers them in the catalog: the crawler.
//
// In: a folder, which is a table or holds folders of tables, and a catalog. Out: catalog entries with columns, partition
// keys, partitions and the parameters that the Glue crawler sets, and a Report of what changed and why. A folder that holds
// Parquet files, directly or below folders of the form key=value, is one table; the rule looks at nothing else, so that the
// same files always give the same tables. A table with commit records of storage/lake is seen through them.
//
// The package reads footers only, never writes to the folder, and never takes away from a table that somebody else
// registered: there it adds columns and keeps the numbers and partitions up to date. What is gone it removes only if this
// crawler made it. It does not log; the Report says everything.
//
// Names are lower case, types are Hive type strings, sizes bytes. Concurrency: Run may be called by any goroutine, one at a
// time per database.
package crawl
