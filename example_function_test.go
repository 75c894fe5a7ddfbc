package millrace_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"strings"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace"
)

type geoMean struct {
	Logs float64
	N    int64
}

// A geometric mean: its state is a sum of logarithms.
func ExampleAggregate1() {
	mean := millrace.Aggregate1("GEO_MEAN",
		func(s *geoMean, v float64) { s.Logs += math.Log2(v); s.N++ },
		func(into, from *geoMean) { into.Logs += from.Logs; into.N += from.N },
		func(s *geoMean) (float64, error) { return math.Exp2(s.Logs / float64(s.N)), nil })
	db, err := millrace.Open("", &millrace.Options{Functions: []millrace.Function{mean}})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(context.Background(), `
		SELECT k, GEO_MEAN(v) FROM (VALUES ('a', 2e0), ('b', 16e0), ('a', 8e0)) AS t(k, v) GROUP BY k`)
	if err != nil {
		log.Fatal(err)
	}
	for rec, err := range rows.All() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(rec.Column(0), rec.Column(1))
	}
	// Output:
	// ["a" "b"] [4 16]
}

type line struct {
	Text string
	By   string
}

type word struct {
	Word string
	At   int32 `millrace:"POSITION"`
}

// A table function makes a row for each word of a line, and the words are counted.
func ExampleTableFunc() {
	words := millrace.TableFunc("WORDS", func(in line, emit func(word)) error {
		for i, text := range strings.Split(in.Text, in.By) {
			emit(word{Word: text, At: int32(i + 1)})
		}
		return nil
	})
	db, err := millrace.Open("", &millrace.Options{Functions: []millrace.Function{words}})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(context.Background(), `
		SELECT word, COUNT(*) AS n
		FROM TABLE(WORDS(CURSOR(SELECT line, '-' FROM (VALUES ('to-be'), ('or-not-to-be')) AS book(line)))) AS w
		GROUP BY word ORDER BY n DESC, word`)
	if err != nil {
		log.Fatal(err)
	}
	for rec, err := range rows.All() {
		if err != nil {
			log.Fatal(err)
		}
		text, n := rec.Column(0).(*array.String), rec.Column(1).(*array.Int64)
		for i := range int(rec.NumRows()) {
			fmt.Println(text.Value(i), n.Value(i))
		}
	}
	// Output:
	// be 2
	// to 2
	// not 1
	// or 1
}
