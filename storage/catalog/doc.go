// Package catalog stores definitions: databases, tables, partitions and crawlers in the terms of the Glue Data Catalog,
// and the streams, pumps, views and functions of SQL.
//
// In go small structs; out come the same structs, by exact name or listed in the order of names. The catalog does not
// interpret what it stores: it parses no SQL, opens no location, folds no name. Only versions, times of creation and
// update, and the existence of the database of a table are its own business. Values are JSON documents under one prefix
// of the key-value database; see format.md.
//
// Units: times are types.Time (microseconds since 1970 UTC). Concurrency: every method of Catalog may be called by any
// number of goroutines; writers take turns. Every call is atomic and, when it returns nil, as durable as the database
// promises. What a caller gets belongs to the caller. The package holds no goroutine and never logs.
package catalog
