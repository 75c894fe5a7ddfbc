// Package lake keeps tables as Parquet files in folders of a Bucket, partitioned the way Hive does it, and reads such
// tables wherever they come from.
//
// In: Arrow records with the columns of a types.Schema. Out: Arrow records with the columns that were asked for. Writers
// stage their files outside the table, publish them under final names and then add one commit record (format.md): a reader
// that goes by the records sees whole commits only, and repeating a commit changes nothing. Files grow over many epochs; the
// rows of those that are not finished are staged too, as segments, which a later writer goes on from. A table without commit
// records is read by listing its folders.
//
// The package never overwrites an object, never interprets SQL and never logs. A clock decides when a file is finished, and
// nothing else. It is the only importer of the Parquet library; no type of that library leaves it.
//
// Names of columns and folders are lower case. Keys of a bucket use `/`. Units: sizes are bytes, timestamps microseconds,
// dates days. Concurrency: Table and Bucket may be used by any number of goroutines; a Writer and a Scanner belong to one
// goroutine each. Every call that takes a context may block on the bucket.
package lake
