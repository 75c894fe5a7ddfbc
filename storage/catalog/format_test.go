package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
)

// Every kind of document stays readable, and is written as it is in testdata.
func TestGoldenDocuments(t *testing.T) {
	for name, into := range map[string]any{
		"database": &Database{}, "table": &tableEntry{}, "partition": &Partition{}, "crawler": &Crawler{}, "definition": &Definition{},
	} {
		want, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if err := decode(want, into); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := json.Marshal(into); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s, %v\nwritten: %s\nwant:    %s", name, err, got, want)
		}
		next := bytes.Replace(want, []byte("{"), []byte(`{"v":2,`), 1)
		if err := decode(next, into); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "found 2, this program reads 1") {
			t.Errorf("%s of the next version: %v", name, err)
		}
		same := bytes.Replace(want, []byte("{"), []byte(`{"v":1,`), 1)
		if err := decode(same, into); err != nil {
			t.Errorf("%s with its version: %v", name, err)
		}
	}
}

func TestUnknownVersion(t *testing.T) {
	c, s, _ := open(t)
	var b kv.Batch
	b.Put(entryKey(tables, "default", "new"), []byte(`{"v":2,"columns":"of another form"}`))
	if err := s.Commit(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Table("default", "new"); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), `"new"`) {
		t.Errorf("error is %v", err)
	}
	if _, err := c.PutTable(Table{Database: "default", Name: "new"}); !errors.Is(err, ErrVersion) {
		t.Errorf("it is overwritten: %v", err)
	}
}
