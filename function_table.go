package millrace

import (
	"database/sql"
	"reflect"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// TableFunc is a table function: for each row of a query it makes any number of rows, by
// calls of emit, and no state. SQL calls it in FROM, on streams and finite relations:
//
//	SELECT STREAM word FROM TABLE(WORDS(CURSOR(SELECT STREAM id, line FROM book)))
//
// In and Out are structs. The exported fields of In are the columns of the query, by
// their place, and have exactly their types; what else the function needs, a constant
// say, is one more column. The exported fields of Out are the columns of the result: by
// their names in upper case, or as a tag `millrace:"name"` says, exactly. Rows made of a
// row have its ROWTIME and, where they go into a stored stream, its partition key.
//
// emit must not be called when f has returned. With an error of f the row is rejected,
// and the rows that it made before are not there.
func TableFunc[In, Out any](name string, f func(in In, emit func(Out)) error) Function {
	out := Function{name: strings.ToUpper(name), kind: plan.UserTable}
	if f == nil {
		out.fail("the func is nil")
	}
	for _, field := range structFields(&out, new(In)) {
		out.params = append(out.params, types.Field{Name: field.name, Type: field.of})
		out.nullable = append(out.nullable, field.nullable)
	}
	seen := map[string]bool{}
	for _, field := range structFields(&out, new(Out)) {
		if seen[field.name] || field.name == types.RowTimeName {
			out.fail("it cannot have a column %s, or not twice", field.name)
		}
		seen[field.name] = true
		out.columns = append(out.columns, types.Field{Name: field.name, Type: field.of, NotNull: !field.nullable})
	}
	if out.err != nil {
		return out
	}
	out.kernel = op.NewTableKernel(func() *op.TableKernel { return newTableCall(&out, f).kernel() })
	return out
}

// tableCall is the rows of one operator on their way through a table function.
type tableCall[In, Out any] struct {
	f      func(In, func(Out)) error
	args   *expr.Arguments
	values []*expr.Results
	in     In
	out    Out
	read   []func(*expr.Row) // fields of in
	write  []func(*expr.Row) // fields of out
}

func newTableCall[In, Out any](of *Function, f func(In, func(Out)) error) *tableCall[In, Out] {
	t := &tableCall[In, Out]{f: f, args: expr.NewArguments(of.nullable)}
	for k, field := range structFields(of, &t.in) {
		t.read = append(t.read, field.read(k))
	}
	for k, field := range structFields(of, &t.out) {
		t.write = append(t.write, field.write)
		t.values = append(t.values, expr.NewResults(of.columns[k].Type))
	}
	return t
}

func (t *tableCall[In, Out]) kernel() *op.TableKernel {
	emit := func(v Out) {
		t.out = v
		for k, col := range t.values {
			col.Append()
			t.write[k](&col.Row)
		}
	}
	return &op.TableKernel{
		Load: t.args.Load,
		Call: func(row uint32) (int, error) {
			if t.args.At(row); t.args.Missing() {
				return 0, nil
			}
			for _, read := range t.read {
				read(&t.args.Row)
			}
			before := t.values[0].Len()
			err := t.f(t.in, emit)
			for _, col := range t.values {
				if full := col.Full(); err == nil {
					err = full
				}
			}
			if err != nil {
				for _, col := range t.values {
					col.Cut(before)
				}
			}
			return t.values[0].Len() - before, err
		},
		Bytes: func() (n int) {
			for _, col := range t.values {
				n += col.TextBytes()
			}
			return n
		},
		Columns: func(mem memory.Allocator) []arrow.Array {
			out := make([]arrow.Array, len(t.values))
			for k, col := range t.values {
				out[k] = col.Column(mem)
			}
			return out
		},
	}
}

// structField is an exported field of a struct that is at hand: read fills it from
// argument k, write gives it to a column.
type structField struct {
	name     string
	of       types.Type
	nullable bool
	read     func(k int) func(*expr.Row)
	write    func(*expr.Row)
}

// structFields is the columns of the struct that p points to. What is wrong with it is
// noted in f.
func structFields(f *Function, p any) []structField {
	v := reflect.ValueOf(p).Elem()
	if v.Kind() != reflect.Struct {
		f.fail("%s is no struct", v.Type())
		return nil
	}
	var out []structField
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		column := fieldAt(v.Field(i).Addr().Interface())
		if column.write == nil {
			f.fail("the field %s of %s, %s, has no SQL type", field.Name, v.Type(), field.Type)
			return nil
		}
		if column.name = field.Tag.Get("millrace"); column.name == "" {
			column.name = strings.ToUpper(field.Name)
		}
		out = append(out, column)
	}
	if len(out) == 0 {
		f.fail("%s has no exported field", v.Type())
	}
	return out
}

// fieldAt is the field that p points to, but for its name; empty where its type has no
// SQL type.
func fieldAt(p any) structField {
	switch p := p.(type) {
	case *bool:
		return fieldOf(p)
	case *int8:
		return fieldOf(p)
	case *int16:
		return fieldOf(p)
	case *int32:
		return fieldOf(p)
	case *int64:
		return fieldOf(p)
	case *float32:
		return fieldOf(p)
	case *float64:
		return fieldOf(p)
	case *string:
		return fieldOf(p)
	case *[]byte:
		return fieldOf(p)
	case *time.Time:
		return fieldOf(p)
	case *sql.Null[bool]:
		return fieldOf(p)
	case *sql.Null[int8]:
		return fieldOf(p)
	case *sql.Null[int16]:
		return fieldOf(p)
	case *sql.Null[int32]:
		return fieldOf(p)
	case *sql.Null[int64]:
		return fieldOf(p)
	case *sql.Null[float32]:
		return fieldOf(p)
	case *sql.Null[float64]:
		return fieldOf(p)
	case *sql.Null[string]:
		return fieldOf(p)
	case *sql.Null[[]byte]:
		return fieldOf(p)
	case *sql.Null[time.Time]:
		return fieldOf(p)
	}
	return structField{}
}

func fieldOf[A any](p *A) structField {
	_, of, nullable := getter[A](0)
	set, _ := setter[A]()
	return structField{
		of: of, nullable: nullable,
		read: func(k int) func(*expr.Row) {
			get, _, _ := getter[A](k)
			return func(r *expr.Row) { *p = get(r) }
		},
		write: func(r *expr.Row) { set(r, *p) },
	}
}
