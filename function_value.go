package millrace

import (
	"database/sql"
	"time"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/sql/types"
)

// The Go types of arguments and results are told apart once, when a function is made;
// a call of it then goes straight from the column to the argument.

// getter reads argument k of a call; nil where A has no SQL type. nullable tells that A
// has room for NULL.
func getter[A any](k int) (get func(*expr.Row) A, of types.Type, nullable bool) {
	switch any(*new(A)).(type) {
	case sql.Null[bool]:
		return orNull[bool, A](k)
	case sql.Null[int8]:
		return orNull[int8, A](k)
	case sql.Null[int16]:
		return orNull[int16, A](k)
	case sql.Null[int32]:
		return orNull[int32, A](k)
	case sql.Null[int64]:
		return orNull[int64, A](k)
	case sql.Null[float32]:
		return orNull[float32, A](k)
	case sql.Null[float64]:
		return orNull[float64, A](k)
	case sql.Null[string]:
		return orNull[string, A](k)
	case sql.Null[[]byte]:
		return orNull[[]byte, A](k)
	case sql.Null[time.Time]:
		return orNull[time.Time, A](k)
	}
	get, of = plain[A](k)
	return get, of, false
}

func orNull[T, A any](k int) (func(*expr.Row) A, types.Type, bool) {
	value, of := plain[T](k)
	var get any = func(r *expr.Row) sql.Null[T] {
		if r.Null(k) {
			return sql.Null[T]{}
		}
		return sql.Null[T]{V: value(r), Valid: true}
	}
	return get.(func(*expr.Row) A), of, true
}

// plain is getter for the types that are not sql.Null.
func plain[A any](k int) (func(*expr.Row) A, types.Type) {
	var get any
	var kind types.Kind
	switch any(*new(A)).(type) {
	case bool:
		get, kind = func(r *expr.Row) bool { return r.Bool(k) }, types.Boolean
	case int8:
		get, kind = func(r *expr.Row) int8 { return int8(r.Int(k)) }, types.TinyInt
	case int16:
		get, kind = func(r *expr.Row) int16 { return int16(r.Int(k)) }, types.SmallInt
	case int32:
		get, kind = func(r *expr.Row) int32 { return int32(r.Int(k)) }, types.Integer
	case int64:
		get, kind = func(r *expr.Row) int64 { return r.Int(k) }, types.BigInt
	case float32:
		get, kind = func(r *expr.Row) float32 { return float32(r.Float(k)) }, types.Real
	case float64:
		get, kind = func(r *expr.Row) float64 { return r.Float(k) }, types.Double
	case string:
		get, kind = func(r *expr.Row) string { return string(r.Bytes(k)) }, types.Varchar
	case []byte:
		get, kind = func(r *expr.Row) []byte { return r.Bytes(k) }, types.Varbinary
	case time.Time:
		get, kind = func(r *expr.Row) time.Time { return types.Time(r.Int(k)).Std() }, types.Timestamp
	}
	f, _ := get.(func(*expr.Row) A)
	return f, types.Of(kind)
}

// setter writes the result of a call; nil where R has no SQL type.
func setter[R any]() (func(*expr.Row, R), types.Type) {
	switch any(*new(R)).(type) {
	case sql.Null[bool]:
		return setOrNull[bool, R]()
	case sql.Null[int8]:
		return setOrNull[int8, R]()
	case sql.Null[int16]:
		return setOrNull[int16, R]()
	case sql.Null[int32]:
		return setOrNull[int32, R]()
	case sql.Null[int64]:
		return setOrNull[int64, R]()
	case sql.Null[float32]:
		return setOrNull[float32, R]()
	case sql.Null[float64]:
		return setOrNull[float64, R]()
	case sql.Null[string]:
		return setOrNull[string, R]()
	case sql.Null[[]byte]:
		return setOrNull[[]byte, R]()
	case sql.Null[time.Time]:
		return setOrNull[time.Time, R]()
	}
	return plainSetter[R]()
}

func setOrNull[T, R any]() (func(*expr.Row, R), types.Type) {
	value, of := plainSetter[T]()
	var set any = func(r *expr.Row, v sql.Null[T]) {
		if !v.Valid {
			r.SetNull()
			return
		}
		value(r, v.V)
	}
	return set.(func(*expr.Row, R)), of
}

func plainSetter[R any]() (func(*expr.Row, R), types.Type) {
	var set any
	var kind types.Kind
	switch any(*new(R)).(type) {
	case bool:
		set, kind = (*expr.Row).SetBool, types.Boolean
	case int8:
		set, kind = func(r *expr.Row, v int8) { r.SetInt(int64(v)) }, types.TinyInt
	case int16:
		set, kind = func(r *expr.Row, v int16) { r.SetInt(int64(v)) }, types.SmallInt
	case int32:
		set, kind = func(r *expr.Row, v int32) { r.SetInt(int64(v)) }, types.Integer
	case int64:
		set, kind = (*expr.Row).SetInt, types.BigInt
	case float32:
		set, kind = func(r *expr.Row, v float32) { r.SetFloat(float64(v)) }, types.Real
	case float64:
		set, kind = (*expr.Row).SetFloat, types.Double
	case string:
		set, kind = (*expr.Row).SetString, types.Varchar
	case []byte:
		set, kind = (*expr.Row).SetBytes, types.Varbinary
	case time.Time:
		set, kind = func(r *expr.Row, v time.Time) { r.SetInt(int64(types.TimeOf(v))) }, types.Timestamp
	}
	f, _ := set.(func(*expr.Row, R))
	return f, types.Of(kind)
}
