package flow

import "github.com/millrace-sql/millrace/sql/types"

// Origin is where a record stands in a source: the stream's name, the shard and
// the position in it as the source prints it (a sequence number; `line 17` of a
// file). Fields are empty where they are not known.
type Origin struct {
	Stream   string
	Shard    ShardID
	Position string
}

// Rejected is a row that could not be used, on its way to error_stream, or to
// late_stream when Late. It is counted and readable, never dropped
// (kda-sql.md §16.6, §21.2).
type Rejected struct {
	// Name is the class of the error (ERROR_NAME), Message the detail.
	Name, Message string
	// RowTime is the row's rowtime; types.MinTime when it has none.
	RowTime types.Time
	// Raw is the record as it came, for rows that never became columns; else the
	// row is Row of Batch. Borrowed like Batch.
	Raw    []byte
	Batch  Batch
	Row    int
	Origin Origin

	Late bool
	// Watermark and WindowEnd are set when Late.
	Watermark, WindowEnd types.Time
}

// Names of error classes, as ERROR_NAME holds them.
const (
	DecodeError    = "DecodeError"    // not the declared format: broken JSON, an unclosed quote
	CoercionError  = "CoercionError"  // a member or field does not fit its column
	NotNullError   = "NotNullError"   // NULL for a NOT NULL column
	OutOfOrder     = "OutOfOrder"     // a rowtime below the one before it
	TooManyRows    = "TooManyRows"    // a second row of a subquery that stands for a value
	DivideByZero   = "DivideByZero"   // x / 0
	OverflowError  = "OverflowError"  // a number outside its type's range
	CastError      = "CastError"      // CAST of a value the target cannot hold
	FunctionError  = "FunctionError"  // an argument outside a function's domain
	LateRow        = "LateRow"        // below the watermark of a closed window
	RowTimeError   = "RowTimeError"   // NULL or future rowtime
	TooLargeRecord = "TooLargeRecord" // above the size limit of the log
)
