package millrace_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace"
)

// TestForestOnFlights plants a distance that no flight has into real flights: of all rows it
// has the greatest score, which is the same on every run.
func TestForestOnFlights(t *testing.T) {
	data, err := os.ReadFile("examples/data/flights.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")[:6000]
	lines[4321] = `{"delay":0,"distance":9000,"origin":"SMF"}` + "\n"
	path := filepath.Join(t.TempDir(), "flights.ndjson")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o644); err != nil {
		t.Fatal(err)
	}
	distance, score := oddest(t, path)
	if distance != 9000 || score < 2 {
		t.Errorf("the greatest score is %g, of a distance of %d, want that of 9000", score, distance)
	}
	if _, again := oddest(t, path); again != score {
		t.Errorf("the score is %v in one run and %v in the next", score, again)
	}
}

// oddest is the distance and the score of the row with the greatest one.
func oddest(t *testing.T, path string) (distance int32, score float64) {
	ctx := context.Background()
	db, err := millrace.Open("", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Exec(ctx, fmt.Sprintf(`CREATE STREAM flights ("distance" INTEGER, "delay" INTEGER, "origin" VARCHAR(4))
		WITH ('connector'='file', 'path'='%s')`, path))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(ctx, `SELECT STREAM "distance", ANOMALY_SCORE
		FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM "distance", "delay" FROM flights), 50))`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rec, err := range rows.All() {
		if err != nil {
			t.Fatal(err)
		}
		distances, scores := rec.Column(0).(*array.Int32), rec.Column(1).(*array.Float64)
		for i := range int(rec.NumRows()) {
			if s := scores.Value(i); s > score {
				distance, score = distances.Value(i), s
			}
		}
	}
	return distance, score
}
