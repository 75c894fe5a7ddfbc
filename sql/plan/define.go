package plan

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// TypeOf is the type a declaration or CAST names (kda-sql.md §2).
func TypeOf(t *ast.TypeName) (types.Type, error) {
	kinds := map[string]types.Kind{
		"BOOLEAN": types.Boolean, "TINYINT": types.TinyInt, "SMALLINT": types.SmallInt, "INTEGER": types.Integer,
		"BIGINT": types.BigInt, "DECIMAL": types.Decimal, "REAL": types.Real, "DOUBLE": types.Double,
		"CHAR": types.Char, "VARCHAR": types.Varchar, "BINARY": types.Binary, "VARBINARY": types.Varbinary,
		"DATE": types.Date, "TIME": types.TimeOfDay, "TIMESTAMP": types.Timestamp,
	}
	kind, ok := kinds[t.Kind]
	if !ok {
		return types.Type{}, errorAt(t.Pos, "%s cannot be the type of a column or argument", t.Kind).near(t.Kind).
			hint("keep a number: CAST((a - b) SECOND AS BIGINT)")
	}
	out := types.Of(kind)
	switch {
	case kind == types.Decimal:
		return decimalType(t)
	case out.IsString() || out.IsBinary():
		out.Precision = t.Precision
		if !t.HasPrecision && kind == types.Char {
			out.Precision = 1
		}
		if t.HasPrecision && (t.Precision < 1 || t.Precision >= 1<<16) {
			return out, errorAt(t.Pos, "the length of %s must be from 1 to 65535", t.Kind).near(t.Kind)
		}
	}
	return out, nil
}

func decimalType(t *ast.TypeName) (types.Type, error) {
	out := types.DecimalOf(types.MaxPrecision, 0)
	if t.HasPrecision {
		out.Precision = t.Precision
	}
	if t.HasScale {
		out.Scale = t.Scale
	}
	if out.Precision == types.MaxPrecision+1 && out.Scale < out.Precision {
		out.Precision-- // declared by applications; the service computed with 18, too (kda-sql.md §20, C2)
	}
	if out.Precision < 1 || out.Precision > types.MaxPrecision || out.Scale < 0 || out.Scale > out.Precision {
		return out, errorAt(t.Pos, "%s: the precision goes from 1 to %d, the scale from 0 to the precision", t, types.MaxPrecision).near(t.Kind)
	}
	return out, nil
}

// reservedStreams are the built-in stored streams: readable, not creatable.
var reservedStreams = []string{"ERROR_STREAM", "LATE_STREAM"}

// CreateStream binds CREATE STREAM. Without WITH the relation is an
// in-application stream. Connector options are checked by the connector.
func (b *Binder) CreateStream(s *ast.CreateStream) (*Relation, error) {
	name, err := ownName(s.Name, "stream")
	if err != nil {
		return nil, err
	}
	fields, err := columns(s.Columns)
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, errorAt(s.Name.Position(), "stream %s has no columns", name).near(name)
	}
	r := &Relation{Name: name, Stream: true, Schema: types.StreamSchema(fields...)}
	if r.Connector, r.Options, err = options(s.Options); err != nil {
		return nil, err
	}
	if r.Connector == InApplication && len(s.Options) > 0 {
		return nil, errorAt(s.Options[0].KeyPos, "WITH needs a 'connector'").near(s.Options[0].Key).
			hint("'connector'='file' reads a file, 'connector'='stream' is a stored stream; without WITH the stream is in-application")
	}
	if r.Connector == StoredStream {
		r.Schema.Fields = append(r.Schema.Fields, StoredPseudoColumns()...)
	}
	r.Watermark, err = watermark(r, s)
	return r, err
}

// StoredPseudoColumns is what can be named of a stored stream's rows beside the
// declared columns and ROWTIME (DESIGN §9).
func StoredPseudoColumns() []types.Field {
	hidden := func(name string, t types.Type) types.Field {
		return types.Field{Name: name, Type: t, NotNull: true, Hidden: true}
	}
	return []types.Field{
		hidden("APPROXIMATE_ARRIVAL_TIME", types.Of(types.Timestamp)), hidden("SHARD_ID", types.VarcharOf(64)),
		hidden("SEQUENCE_NUMBER", types.VarcharOf(64)), hidden("PARTITION_KEY", types.VarcharOf(256)),
	}
}

// CreateTable binds CREATE TABLE: a finite relation of a connector. Its database
// is `default` unless the name says another.
func (b *Binder) CreateTable(s *ast.CreateTable) (*Relation, error) {
	if s.AsQuery != nil {
		return nil, errorAt(s.Pos, "CREATE TABLE AS is not supported yet").hint("CREATE TABLE, then INSERT INTO ... SELECT")
	}
	if s.Watermark != nil {
		return nil, errorAt(s.Watermark.Pos, "a table with WATERMARK FOR is a stream").near("WATERMARK")
	}
	if len(s.Name) > 2 {
		return nil, errorAt(s.Name.Position(), "a table's name is database.table at most")
	}
	fields, err := columns(s.Columns)
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, errorAt(s.Name.Position(), "table %s has no columns", s.Name.Last().Text).near(s.Name.Last().Text)
	}
	r := &Relation{Database: "default", Name: s.Name.Last().Text, Schema: types.NewSchema(fields...)}
	if len(s.Name) == 2 {
		r.Database = strings.ToLower(s.Name[0].Text)
	}
	if r.Connector, r.Options, err = options(s.Options); err != nil {
		return nil, err
	}
	if r.Connector == "" {
		return nil, errorAt(s.Name.Position(), "table %s needs WITH ('connector'='...')", r.Name).near(r.Name).
			hint("'connector'='file' reads a file, 'connector'='lake' is a Parquet table")
	}
	if len(s.PartitionedBy) > 0 {
		parts := make([]string, len(s.PartitionedBy))
		for i, p := range s.PartitionedBy {
			parts[i] = p.Text
		}
		r.Options["partitioned_by"] = strings.Join(parts, ",")
	}
	return r, nil
}

// ownName is the name of a stream or pump, which has no qualifier.
func ownName(q ast.Qualified, what string) (string, error) {
	if len(q) != 1 {
		return "", errorAt(q.Position(), "the name of a %s has no qualifier", what)
	}
	for _, r := range reservedStreams {
		if strings.EqualFold(q[0].Text, r) {
			return "", errorAt(q[0].Pos, "%s is a built-in stream", r).near(q[0].Text).hint("choose another name")
		}
	}
	if len([]rune(q[0].Text)) > 128 {
		return "", errorAt(q[0].Pos, "a name has at most 128 characters").near(q[0].Text[:16] + "...")
	}
	return q[0].Text, nil
}

func columns(defs []ast.ColumnDef) ([]types.Field, error) {
	var out []types.Field
	seen := map[string]bool{}
	for _, d := range defs {
		t, err := TypeOf(d.Type)
		if err != nil {
			return nil, err
		}
		if d.Name.Text == types.RowTimeName {
			return nil, errorAt(d.Pos, "ROWTIME is there without being declared").near(d.Name.Text)
		}
		if seen[d.Name.Text] {
			return nil, errorAt(d.Pos, "column %s is declared twice", d.Name.Text).near(d.Name.Text)
		}
		seen[d.Name.Text] = true
		out = append(out, types.Field{Name: d.Name.Text, Type: t, NotNull: d.NotNull})
	}
	return out, nil
}

// options is WITH as a map with lower-case keys, the connector apart.
func options(list []ast.Option) (string, map[string]string, error) {
	connector, out := "", map[string]string{}
	for _, o := range list {
		key := strings.ToLower(o.Key)
		if _, twice := out[key]; twice || key == "connector" && connector != "" {
			return "", nil, errorAt(o.KeyPos, "option '%s' is given twice", key).near(o.Key)
		}
		if key == "connector" {
			connector = strings.ToLower(o.Value)
			continue
		}
		out[key] = o.Value
	}
	return connector, out, nil
}
