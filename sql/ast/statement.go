package ast

// Statement is one SQL statement. The set is closed.
type Statement interface {
	Node
	// SourceText returns the text of the statement as written, without the semicolon and surrounding space.
	SourceText() string
	statement()
}

// Source is embedded in every statement: where it begins and what was written. Inside EXPLAIN and CREATE PUMP it covers the inner statement only.
type Source struct {
	Text string
	Pos
}

// SourceText returns the statement as written.
func (s *Source) SourceText() string { return s.Text }

func (*Source) statement() {}

// ColumnDef declares a column.
type ColumnDef struct {
	Name    Name
	Type    *TypeName
	NotNull bool
	Pos
}

// WatermarkDef is WATERMARK FOR Column AS Expr.
type WatermarkDef struct {
	Column Name
	Expr   Expr
	Pos
}

// Option is one entry of WITH ('key'='value') or OPTIONS (key 'value'). Key is as written; a number or boolean value is its text.
type Option struct {
	Key, Value       string
	KeyPos, ValuePos Pos
}

type (
	// CreateStream is CREATE [OR REPLACE] STREAM. Watermark is nil when absent.
	CreateStream struct {
		OrReplace   bool
		IfNotExists bool
		Name        Qualified
		Columns     []ColumnDef
		Watermark   *WatermarkDef
		Options     []Option
		Description string
		Source
	}
	// CreateTable is CREATE [OR REPLACE] TABLE; with AsQuery the columns may be empty.
	CreateTable struct {
		OrReplace     bool
		IfNotExists   bool
		Name          Qualified
		Columns       []ColumnDef
		Watermark     *WatermarkDef
		PartitionedBy []Name
		Options       []Option
		Description   string
		AsQuery       Query
		Source
	}
	// CreatePump is CREATE [OR REPLACE] PUMP ... AS INSERT. A pump is started unless Stopped.
	CreatePump struct {
		OrReplace   bool
		IfNotExists bool
		Name        Qualified
		Stopped     bool
		Description string
		Insert      *Insert
		Source
	}
	// CreateFunction is CREATE [OR REPLACE] FUNCTION ... RETURN Body. Strict is RETURNS NULL ON NULL INPUT.
	CreateFunction struct {
		OrReplace   bool
		IfNotExists bool
		Name        Qualified
		Params      []ColumnDef
		Returns     *TypeName
		Strict      bool
		Body        Expr
		Source
	}
	// CreateView is CREATE [OR REPLACE] VIEW [(Columns)] AS Query.
	CreateView struct {
		OrReplace   bool
		IfNotExists bool
		Name        Qualified
		Columns     []Name
		Query       Query
		Source
	}
	// CreateCrawler is CREATE [OR REPLACE] CRAWLER name WITH (...).
	CreateCrawler struct {
		OrReplace   bool
		IfNotExists bool
		Name        Qualified
		Options     []Option
		Source
	}
	// RunCrawler is RUN CRAWLER name.
	RunCrawler struct {
		Name Qualified
		Source
	}
	// Insert is INSERT INTO Into [(Columns)] Query.
	Insert struct {
		Into    Qualified
		Columns []Name
		Query   Query
		Source
	}
	// Drop is DROP Kind [IF EXISTS] Name [CASCADE]; Kind is STREAM, TABLE, VIEW, PUMP, CRAWLER or DATABASE.
	Drop struct {
		Kind     string
		Name     Qualified
		IfExists bool
		Cascade  bool
		Source
	}
	// AlterPump is ALTER PUMP Names START or STOP; or, with All set and no Names, of All.*, the pumps of a schema.
	AlterPump struct {
		Names []Qualified
		All   Qualified
		Start bool
		Source
	}
	// AlterStream is ALTER STREAM Names Action; Action is RESET, PAUSE or RESUME and is at ActionPos.
	AlterStream struct {
		Names     []Qualified
		Action    string
		ActionPos Pos
		Source
	}
	// Show is SHOW What [IN In]; What is STREAMS, TABLES, VIEWS, PUMPS, CRAWLERS, DATABASES, PARTITIONS or FUNCTIONS. In is the database of tables or the table of partitions.
	Show struct {
		What string
		In   Qualified
		Source
	}
	// Describe is DESCRIBE Name.
	Describe struct {
		Name Qualified
		Source
	}
	// Explain is EXPLAIN [ANALYZE] Statement, or EXPLAIN [ANALYZE] PUMP Pump; the other one is nil.
	Explain struct {
		Analyze   bool
		Statement Statement
		Pump      Qualified
		Source
	}
	// SelectStatement is a query on its own.
	SelectStatement struct {
		Query Query
		Source
	}
)
