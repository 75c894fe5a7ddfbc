package millrace

import (
	"context"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/storage/catalog"
)

// TestVerifyDefinitions: a table whose definition this program does not understand is
// a problem, whatever it is that it does not understand.
func TestVerifyDefinitions(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, sql := range map[string]string{
		"unread": "CREATE TABLET unread (a INTEGER)", "unbound": "CREATE TABLE unbound (a INTEGER)",
		"elsewhere": "CREATE TABLE elsewhere (a INTEGER) WITH ('connector'='file', 'path'='x')",
	} {
		_, err := db.catalog.PutDefinition(catalog.Definition{Kind: catalog.KindTable, Database: catalog.DefaultDatabase, Name: name, SQL: sql})
		if err != nil {
			t.Fatal(err)
		}
	}
	closeDB(t, db)
	var got []string
	if _, err := Verify(context.Background(), dir, func(p Problem) { got = append(got, p.String()) }); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(got, "\n")
	if len(got) != 2 || !strings.Contains(all, "table default.unread: its definition cannot be read") ||
		!strings.Contains(all, "table default.unbound: its definition cannot be read: 1:14: table UNBOUND needs WITH") {
		t.Errorf("problems are\n%s", all)
	}
}
