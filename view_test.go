package millrace

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/storage/catalog"
)

// TestViewsSurvive: views are there when a directory is opened again, also one whose
// relation was made after it, and a pump reads through them.
func TestViewsSurvive(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, err := Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	define := `CREATE STREAM s (n INTEGER) WITH ('connector'='stream');
		CREATE STREAM big (n INTEGER) WITH ('connector'='stream');
		CREATE VIEW v (m) AS SELECT STREAM n FROM s WHERE n > 1;
		CREATE VIEW w AS SELECT m * 10 AS m FROM v;
		CREATE PUMP p STOPPED AS INSERT INTO big SELECT STREAM m FROM w;`
	if err := db.Exec(ctx, define+`INSERT INTO s VALUES 1, 2, 3; CREATE OR REPLACE STREAM s (n BIGINT) WITH ('connector'='stream');
		INSERT INTO s VALUES 0, 5, 7`); err != nil {
		t.Fatal(err)
	}
	before, err := db.catalog.Definition(catalog.KindPump, catalog.DefaultDatabase, "P")
	if err != nil {
		t.Fatal(err)
	}
	closeDB(t, db)

	if db, err = Open(dir, nil); err != nil {
		t.Fatal(err)
	}
	if got := column(t, db, "SELECT m FROM w"); !slices.Equal(got, []string{"50", "70"}) {
		t.Errorf("the views give %v", got)
	}
	// The same text changes nothing, another one makes the pump begin anew.
	if err := db.Exec(ctx, "CREATE OR REPLACE VIEW v (m) AS SELECT STREAM n FROM s WHERE n > 1"); err != nil {
		t.Fatal(err)
	}
	if d, err := db.catalog.Definition(catalog.KindPump, catalog.DefaultDatabase, "P"); err != nil || d.Incarnation != before.Incarnation {
		t.Errorf("a view that stays the same has reset the pump: %v", err)
	}
	if err := db.Exec(ctx, "CREATE OR REPLACE VIEW v (m) AS SELECT STREAM n FROM s WHERE n > 6"); err != nil {
		t.Fatal(err)
	}
	if d, err := db.catalog.Definition(catalog.KindPump, catalog.DefaultDatabase, "P"); err != nil || d.Incarnation == before.Incarnation {
		t.Errorf("a replaced view has not reset the pump: %v", err)
	}
	if got := column(t, db, "SELECT m FROM w"); !slices.Equal(got, []string{"70"}) {
		t.Errorf("the replaced view gives %v", got)
	}
	if err := db.Exec(ctx, "DROP STREAM s CASCADE"); err != nil {
		t.Fatal(err)
	}
	closeDB(t, db)
	if db, err = Open(dir, nil); err != nil {
		t.Fatal(err)
	}
	if len(db.views()) != 0 || db.pumpNamed("P") != nil {
		t.Error("what CASCADE dropped is there again")
	}
	closeDB(t, db)
}

// TestVerifyViews: a view that this program cannot read is a problem, and so is one
// that is something else.
func TestVerifyViews(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, sql := range map[string]string{
		"GOOD": "CREATE VIEW good AS SELECT * FROM gone", "UNREAD": "CREATE VIEW unread AS SELEC 1", "OTHER": "SELECT 1",
	} {
		if _, err := db.catalog.PutDefinition(catalog.Definition{Kind: catalog.KindView, Database: catalog.DefaultDatabase, Name: name, SQL: sql}); err != nil {
			t.Fatal(err)
		}
	}
	closeDB(t, db)
	var got []string
	if _, err := Verify(context.Background(), dir, func(p Problem) { got = append(got, p.String()) }); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(got, "\n")
	if len(got) != 2 || !strings.Contains(all, "view OTHER: its definition cannot be read: it is no CREATE VIEW") ||
		!strings.Contains(all, "view UNREAD: its definition cannot be read: 1:23: unexpected SELEC") {
		t.Errorf("problems are\n%s", all)
	}
}

// column is the only column of a query.
func column(t *testing.T, db *DB, sql string) []string {
	t.Helper()
	rows, err := db.Query(context.Background(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	var out []string
	for rec, err := range rows.All() {
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		for i := range int(rec.NumRows()) {
			out = append(out, rec.Column(0).ValueStr(i))
		}
	}
	return out
}
