package format

import (
	"math"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

var everyType = types.NewSchema(
	field("Bool", types.Of(types.Boolean)),
	field("i8", types.Of(types.TinyInt)),
	field("i16", types.Of(types.SmallInt)),
	field("i32", types.Of(types.Integer)),
	field("i64", types.Of(types.BigInt)),
	field("dec", types.DecimalOf(10, 2)),
	field("f32", types.Of(types.Real)),
	field("f64", types.Of(types.Double)),
	field("te\"xt", types.VarcharOf(0)),
	field("bin", ofKind(types.Varbinary, 0)),
	field("date", types.Of(types.Date)),
	field("time", types.Of(types.TimeOfDay)),
	field("ts", types.Of(types.Timestamp)),
)

var allOf = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}

// everyRow is a row of values, one of extremes, one of NULLs, one of oddities.
func everyRow(mem memory.Allocator) arrow.Record {
	b := array.NewRecordBuilder(mem, everyType.Arrow())
	defer b.Release()
	b.Field(0).(*array.BooleanBuilder).AppendValues([]bool{true, false, false, true}, []bool{true, true, false, true})
	b.Field(1).(*array.Int8Builder).AppendValues([]int8{1, -128, 0, 0}, []bool{true, true, false, true})
	b.Field(2).(*array.Int16Builder).AppendValues([]int16{2, -32768, 0, 0}, []bool{true, true, false, true})
	b.Field(3).(*array.Int32Builder).AppendValues([]int32{3, math.MinInt32, 0, 0}, []bool{true, true, false, true})
	b.Field(4).(*array.Int64Builder).AppendValues([]int64{4, math.MinInt64, 0, 0}, []bool{true, true, false, true})
	b.Field(5).(*array.Decimal128Builder).AppendValues(
		[]decimal128.Num{decimal128.FromI64(5), decimal128.FromI64(-9999999999), {}, {}}, []bool{true, true, false, true})
	b.Field(6).(*array.Float32Builder).AppendValues([]float32{0.1, -3.4028235e38, 0, float32(math.Inf(-1))}, []bool{true, true, false, true})
	b.Field(7).(*array.Float64Builder).AppendValues([]float64{1e21, 5e-324, 0, math.NaN()}, []bool{true, true, false, true})
	b.Field(8).(*array.StringBuilder).AppendValues([]string{"plain", "a,\"b\\\"\r\nä\x01\t", "", ""}, []bool{true, true, false, true})
	b.Field(9).(*array.BinaryBuilder).AppendValues([][]byte{{0, 255}, {1}, nil, {}}, []bool{true, true, false, true})
	b.Field(10).(*array.Date32Builder).AppendValues([]arrow.Date32{18695, -719528, 0, 0}, []bool{true, true, false, true})
	b.Field(11).(*array.Time64Builder).AppendValues([]arrow.Time64{25509000000, 86399999999, 0, 0}, []bool{true, true, false, true})
	b.Field(12).(*array.TimestampBuilder).AppendValues([]arrow.Timestamp{1615273509000000, -1, 0, 0}, []bool{true, true, false, true})
	return b.NewRecord()
}

func TestEncoders(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	rec := everyRow(mem)
	defer rec.Release()

	wantJSON := `{"Bool":true,"i8":1,"i16":2,"i32":3,"i64":4,"dec":0.05,"f32":0.1,"f64":1e+21,"te\"xt":"plain","bin":"AP8=",` +
		`"date":"2021-03-09","time":"07:05:09.000","ts":"2021-03-09 07:05:09.000"}` +
		`{"Bool":false,"i8":-128,"i16":-32768,"i32":-2147483648,"i64":-9223372036854775808,"dec":-99999999.99,"f32":-3.4028235e+38,"f64":5e-324,` +
		`"te\"xt":"a,\"b\\\"\r\nä\u0001\t","bin":"AQ==","date":"0000-01-01","time":"23:59:59.999999","ts":"1969-12-31 23:59:59.999999"}` +
		`{"Bool":null,"i8":null,"i16":null,"i32":null,"i64":null,"dec":null,"f32":null,"f64":null,"te\"xt":null,"bin":null,"date":null,"time":null,"ts":null}` +
		`{"Bool":true,"i8":0,"i16":0,"i32":0,"i64":0,"dec":0.00,"f32":"-Infinity","f64":"NaN","te\"xt":"","bin":"",` +
		`"date":"1970-01-01","time":"00:00:00.000","ts":"1970-01-01 00:00:00.000"}`
	wantCSV := "Bool,i8,i16,i32,i64,dec,f32,f64,\"te\"\"xt\",bin,date,time,ts\n" +
		"true,1,2,3,4,0.05,0.1,1e+21,plain,00ff,2021-03-09,07:05:09.000,2021-03-09 07:05:09.000\n" +
		"false,-128,-32768,-2147483648,-9223372036854775808,-99999999.99,-3.4028235e+38,5e-324,\"a,\"\"b\\\"\"\r\nä\x01\t\",01,0000-01-01,23:59:59.999999,1969-12-31 23:59:59.999999\n" +
		",,,,,,,,,,,,\n" +
		"true,0,0,0,0,0.00,-Infinity,NaN,\"\",\"\",1970-01-01,00:00:00.000,1970-01-01 00:00:00.000\n"

	j, c := NewJSONEncoder(everyType, allOf), NewCSVEncoder(everyType, allOf)
	var gotJSON []byte
	gotCSV := c.AppendHeader(nil)
	for row := range int(rec.NumRows()) {
		gotJSON = j.Append(gotJSON, rec, row)
		gotCSV = c.Append(gotCSV, rec, row)
	}
	if string(gotJSON) != wantJSON {
		t.Errorf("json\n%s\nwant\n%s", gotJSON, wantJSON)
	}
	if string(gotCSV) != wantCSV {
		t.Errorf("csv\n%s\nwant\n%s", gotCSV, wantCSV)
	}
	for format, text := range map[string][]byte{"json": gotJSON, "csv": gotCSV[len("Bool,i8,i16,i32,i64,dec,f32,f64,\"te\"\"xt\",bin,date,time,ts\n"):]} {
		roundTrip(t, mem, format, text, rec)
	}
	j.Reset()
	c.Reset()
	if n := testing.AllocsPerRun(50, func() {
		gotJSON = j.Append(gotJSON[:0], rec, 1)
		gotCSV = c.Append(gotCSV[:0], rec, 1)
	}); n != 0 {
		t.Errorf("%v allocations for a row", n)
	}
}

// roundTrip reads what the encoders wrote.
func roundTrip(t *testing.T, mem memory.Allocator, format string, text []byte, rec arrow.Record) {
	t.Helper()
	d, err := NewDecoder(format, everyType, allOf, Options{}, mem)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Append(text); err != nil {
		t.Fatal(err)
	}
	for i, got := range d.Finish() {
		if !array.ApproxEqual(got, rec.Column(i), array.WithNaNsEqual(true), array.WithAbsTolerance(0)) {
			t.Errorf("%s: column %d is %s, was %s", format, i, got, rec.Column(i))
		}
		got.Release()
	}
}

func TestEncodeOthers(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	days := array.NewDurationBuilder(mem, arrow.FixedWidthTypes.Duration_us.(*arrow.DurationType))
	defer days.Release()
	days.AppendValues([]arrow.Duration{203725000000, -1500000, 0}, nil)
	months := array.NewMonthIntervalBuilder(mem)
	defer months.Release()
	months.AppendValues([]arrow.MonthInterval{15, -1, 0}, nil)
	words := array.NewDictionaryBuilder(mem, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}).(*array.BinaryDictionaryBuilder)
	defer words.Release()
	for _, w := range []string{"x", "y", "x"} {
		if err := words.AppendString(w); err != nil {
			t.Fatal(err)
		}
	}
	strange := array.NewUint8Builder(mem)
	defer strange.Release()
	strange.AppendValues([]uint8{7, 8, 9}, []bool{true, true, false})
	columns := []arrow.Array{days.NewArray(), months.NewArray(), words.NewArray(), strange.NewArray(), array.NewNull(3)}
	schema := types.NewSchema()
	var fields []arrow.Field
	for i, c := range columns {
		name := string(rune('a' + i))
		schema.Fields = append(schema.Fields, types.Field{Name: name})
		fields = append(fields, arrow.Field{Name: name, Type: c.DataType(), Nullable: true})
	}
	rec := array.NewRecord(arrow.NewSchema(fields, nil), columns, 3)
	defer rec.Release()
	for _, c := range columns {
		c.Release()
	}
	e := NewJSONEncoder(schema, []int{0, 1, 2, 3, 4})
	var got []byte
	for row := range 3 {
		got = append(e.Append(got, rec, row), '\n')
	}
	want := `{"a":"+2 08:35:25","b":"+1-03","c":"x","d":"7","e":null}
{"a":"-0 00:00:01.500","b":"-0-01","c":"y","d":"8","e":null}
{"a":"+0 00:00:00","b":"+0-00","c":"x","d":null,"e":null}
`
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := string(AppendText([]byte("> "), rec.Column(2), 1)); got != "> y" {
		t.Error(got)
	}
	if got := string(AppendText(nil, rec.Column(3), 2)); got != "NULL" {
		t.Error(got)
	}
	if got := string(NewJSONEncoder(schema, nil).Append(nil, rec, 0)); got != "{}" {
		t.Error(got)
	}
}
