package catalog

import "encoding/binary"

// Keys: c, the kind of entry, and the names. A name is escaped (0 becomes 0 255) and ends with 0 1, so that names sort as
// such whatever bytes they have, and no name's key is a prefix of another's.
//
//	c d database                            a database
//	c t database table                      a table
//	c p database table generation value...  a partition; the generation (8, big-endian) is in the table's document
//	c c crawler                             a crawler
//	c o kind database name                  a definition
const (
	keySpace       = 'c'
	databases      = 'd'
	tables         = 't'
	partitions     = 'p'
	crawlers       = 'c'
	definitions    = 'o'
	generationSize = 8
)

func entryKey(entry byte, names ...string) []byte {
	k := []byte{keySpace, entry}
	for _, n := range names {
		k = appendName(k, n)
	}
	return k
}

func appendName(k []byte, name string) []byte {
	for i := range len(name) {
		k = append(k, name[i])
		if name[i] == 0 {
			k = append(k, 0xff)
		}
	}
	return append(k, 0, 1)
}

func generationPrefix(database, table string, generation uint64) []byte {
	return binary.BigEndian.AppendUint64(entryKey(partitions, database, table), generation)
}

func partitionKey(database, table string, generation uint64, values []string) []byte {
	k := generationPrefix(database, table, generation)
	for _, v := range values {
		k = appendName(k, v)
	}
	return k
}
