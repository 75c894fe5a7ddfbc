package logformat

import (
	"fmt"
	"strings"
	"testing"
)

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		read       func(string) ([]Column, error)
		text, want string
	}{
		{ParseColumns, "a TYPE INTEGER, \"b c\" TYPE VARCHAR(5) not null", "A INTEGER 0+0; b c VARCHAR(5) NOT NULL 0+0"},
		{ParseColumns, "d type date 'dd/MM/yy', t TYPE TIMESTAMP 'yyyy''T''HH' NOT NULL", "D DATE dd/MM/yy 0+0; T TIMESTAMP yyyy'T'HH NOT NULL 0+0"},
		{ParseColumns, "größe TYPE double precision, x TYPE character varying (7), y TYPE CHAR, z TYPE dec(5, 2), w TYPE NUMERIC", "GRÖßE DOUBLE 0+0; X VARCHAR(7) 0+0; Y CHAR(1) 0+0; Z DECIMAL(5, 2) 0+0; W DECIMAL(18, 0) 0+0"},
		{ParseGroups, "a, b INTEGER, c TYPE REAL, d TIME 'HH:mm'", "A VARCHAR(1024) 0+0; B INTEGER 0+0; C REAL 0+0; D TIME HH:mm 0+0"},
		{ParsePlaced, "id TYPE INTEGER START 0 FOR 4, cc TYPE CHAR(2) START 4 FOR 2, v TYPE DOUBLE START 6", "ID INTEGER 0+4; CC CHAR(2) 4+2; V DOUBLE 6+0"},
		{ParsePlaced, "a TYPE CHAR(2) START 0, b TYPE CHAR(2) START 5", "A CHAR(2) 0+5; B CHAR(2) 5+0"},
	} {
		columns, err := c.read(c.text)
		var got []string
		for _, c := range columns {
			s := c.Name + " " + c.Type.String()
			if c.Pattern != "" {
				s += " " + c.Pattern
			}
			if c.NotNull {
				s += " NOT NULL"
			}
			got = append(got, fmt.Sprintf("%s %d+%d", s, c.Start, c.Length))
		}
		if text := strings.Join(got, "; "); err != nil || text != c.want {
			t.Errorf("%s = %s, %v", c.text, text, err)
		}
	}
}

func TestColumnsReject(t *testing.T) {
	for _, c := range []struct {
		read       func(string) ([]Column, error)
		text, want string
	}{
		{ParseColumns, "", "the name of a column is missing"}, {ParseColumns, "a TYPE INT,", "the name of a column is missing"},
		{ParseColumns, "a INTEGER", "column A: TYPE is missing before INTEGER"}, {ParseColumns, "a", "column A: TYPE is missing"},
		{ParseColumns, "a TYPE", "column A: the type is missing"}, {ParseColumns, "a TYPE BLOB", "column A: BLOB is no type that a field can have"},
		{ParseColumns, "a TYPE INT 'yy'", "column A: INTEGER has no pattern"}, {ParseColumns, "a TYPE DATE ''", "column A: the pattern is empty"},
		{ParseColumns, "a TYPE INT, A TYPE INT", "column A is there twice"}, {ParseColumns, "a TYPE INT b", "column A: B cannot stand here"},
		{ParseColumns, "1 TYPE INT", "1 is no name of a column"}, {ParseColumns, "a; b", "';' cannot stand here"}, {ParseColumns, "\"a TYPE INT", "\" is not closed"},
		{ParseColumns, "a TYPE INT(4)", "column A: INTEGER takes 0 numbers, not 1"}, {ParseColumns, "a TYPE VARCHAR(0)", "column A: the length of VARCHAR must be from 1 to 65535"},
		{ParseColumns, "a TYPE DECIMAL(30)", "column A: the precision of DECIMAL goes from 1 to 18, the scale from 0 to the precision"},
		{ParseColumns, "a TYPE DECIMAL(3", "column A: , is missing"}, {ParseColumns, "a TYPE INT NOT", "column A: NULL is missing"},
		{ParsePlaced, "a TYPE INT", "column A: START is missing"}, {ParsePlaced, "a TYPE INT START x", "column A: \"X\" is not a number from 0 to 1048576"},
		{ParsePlaced, "a TYPE INT START 0 FOR 0", "column A: \"0\" is not a number from 1 to 1048576"},
	} {
		if _, err := c.read(c.text); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.text, err, c.want)
		}
	}
}
