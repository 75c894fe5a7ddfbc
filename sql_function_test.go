package millrace

import (
	"context"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/storage/catalog"
)

// TestVerifyFunctions: a stored function that cannot be read is reported.
func TestVerifyFunctions(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Exec(context.Background(), "CREATE FUNCTION good () RETURNS INTEGER RETURN 1"); err != nil {
		t.Fatal(err)
	}
	d := catalog.Definition{Kind: catalog.KindFunction, Database: catalog.DefaultDatabase, Name: "OTHER()", SQL: "SELECT 1"}
	if _, err := db.catalog.PutDefinition(d); err != nil {
		t.Fatal(err)
	}
	closeDB(t, db)
	var got []string
	if _, err := Verify(context.Background(), dir, func(p Problem) { got = append(got, p.String()) }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || !strings.Contains(got[0], "function OTHER(): its definition cannot be read: it is no CREATE FUNCTION") {
		t.Errorf("problems are %q", got)
	}
}
