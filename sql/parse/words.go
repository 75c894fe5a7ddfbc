package parse

import (
	"maps"
	"slices"
)

// IsReserved tells whether a word is a name only in double quotes; word is in upper case.
func IsReserved(word string) bool { return reserved[word] && !pseudoColumns[word] }

// Keywords returns the words that statements are made of, in upper case and sorted: what an editor offers.
func Keywords() []string {
	words := wordSet(`AND AS ASC BY CASCADE CAST DATABASES DAY DESC END EXISTS FALSE FLOOR FUNCTIONS HOUR IF IN INTERVAL IS MINUTE
		NOT NULL ON OR PARTITIONS PUMPS ROWTIME RUN SECOND START STEP STOP SCHEMA STREAMS TABLES TO TRUE TRY_CAST CRAWLERS
		BIGINT BOOLEAN DATE DECIMAL DOUBLE INTEGER REAL SMALLINT TIME TIMESTAMP TINYINT VARBINARY VARCHAR`)
	for _, w := range structural {
		words[w] = true
	}
	for _, w := range []string{"EXCEPT", "INTERSECT", "NATURAL"} {
		delete(words, w) // known in order to be refused
	}
	return slices.Sorted(maps.Keys(words))
}
