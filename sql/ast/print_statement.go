package ast

import "strings"

func create(orReplace bool, kind string, ifNotExists bool, name Qualified) string {
	s := "CREATE "
	if orReplace {
		s += "OR REPLACE "
	}
	s += kind + " "
	if ifNotExists {
		s += "IF NOT EXISTS "
	}
	return s + name.String()
}

// String returns the column with its type.
func (c ColumnDef) String() string {
	s := c.Name.String() + " " + c.Type.String()
	if c.NotNull {
		s += " NOT NULL"
	}
	return s
}

// String returns WATERMARK FOR column AS expression.
func (w *WatermarkDef) String() string {
	return "WATERMARK FOR " + w.Column.String() + " AS " + w.Expr.String()
}

// Position returns where the key is.
func (o Option) Position() Pos { return o.KeyPos }

// String returns 'key' = 'value'.
func (o Option) String() string { return QuoteString(o.Key) + " = " + QuoteString(o.Value) }

func columnList(columns []ColumnDef, w *WatermarkDef) string {
	if len(columns) == 0 && w == nil {
		return ""
	}
	parts := make([]string, 0, len(columns)+1)
	for _, c := range columns {
		parts = append(parts, c.String())
	}
	if w != nil {
		parts = append(parts, w.String())
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func optionList(options []Option) string {
	if len(options) == 0 {
		return ""
	}
	return " WITH (" + joinNodes(options) + ")"
}

func description(text string) string {
	if text == "" {
		return ""
	}
	return " DESCRIPTION " + QuoteString(text)
}

// String returns the statement.
func (s *CreateStream) String() string {
	return create(s.OrReplace, "STREAM", s.IfNotExists, s.Name) + columnList(s.Columns, s.Watermark) + optionList(s.Options) + description(s.Description)
}

// String returns the statement.
func (s *CreateTable) String() string {
	t := create(s.OrReplace, "TABLE", s.IfNotExists, s.Name) + columnList(s.Columns, s.Watermark)
	if len(s.PartitionedBy) > 0 {
		t += " PARTITIONED BY (" + joinNodes(s.PartitionedBy) + ")"
	}
	t += optionList(s.Options) + description(s.Description)
	if s.AsQuery != nil {
		t += " AS " + s.AsQuery.String()
	}
	return t
}

// String returns the statement; STARTED is not printed.
func (s *CreatePump) String() string {
	t := create(s.OrReplace, "PUMP", s.IfNotExists, s.Name)
	if s.Stopped {
		t += " STOPPED"
	}
	return t + description(s.Description) + " AS " + s.Insert.String()
}

// String returns the statement; what is said by default is not printed.
func (s *CreateFunction) String() string {
	t := create(s.OrReplace, "FUNCTION", s.IfNotExists, s.Name) + " (" + joinNodes(s.Params) + ") RETURNS " + s.Returns.String() + " CONTAINS SQL"
	if s.Strict {
		t += " RETURNS NULL ON NULL INPUT"
	}
	return t + " RETURN " + s.Body.String()
}

// String returns the statement.
func (s *CreateView) String() string {
	t := create(s.OrReplace, "VIEW", s.IfNotExists, s.Name)
	if len(s.Columns) > 0 {
		t += " (" + joinNodes(s.Columns) + ")"
	}
	return t + " AS " + s.Query.String()
}

// String returns the statement.
func (s *CreateCrawler) String() string {
	return create(s.OrReplace, "CRAWLER", s.IfNotExists, s.Name) + optionList(s.Options)
}

// String returns the statement.
func (s *RunCrawler) String() string { return "RUN CRAWLER " + s.Name.String() }

// String returns the statement.
func (s *Insert) String() string {
	t := "INSERT INTO " + s.Into.String()
	if len(s.Columns) > 0 {
		t += " (" + joinNodes(s.Columns) + ")"
	}
	return t + " " + s.Query.String()
}

// String returns the statement; RESTRICT is not printed.
func (s *Drop) String() string {
	t := "DROP " + s.Kind + " "
	if s.IfExists {
		t += "IF EXISTS "
	}
	t += s.Name.String()
	if s.Cascade {
		t += " CASCADE"
	}
	return t
}

// String returns the statement.
func (s *AlterPump) String() string {
	names := joinNodes(s.Names)
	if len(s.All) > 0 {
		names = s.All.String() + ".*"
	}
	if s.Start {
		return "ALTER PUMP " + names + " START"
	}
	return "ALTER PUMP " + names + " STOP"
}

// String returns the statement.
func (s *AlterStream) String() string { return "ALTER STREAM " + joinNodes(s.Names) + " " + s.Action }

// String returns the statement.
func (s *Show) String() string {
	if len(s.In) == 0 {
		return "SHOW " + s.What
	}
	if s.What == "WHY" {
		return "SHOW WHY " + s.In.String()
	}
	return "SHOW " + s.What + " IN " + s.In.String()
}

// String returns the statement.
func (s *Describe) String() string { return "DESCRIBE " + s.Name.String() }

// String returns the statement.
func (s *Explain) String() string {
	text := "EXPLAIN "
	if s.Analyze {
		text += "ANALYZE "
	}
	if s.Statement == nil {
		return text + "PUMP " + s.Pump.String()
	}
	return text + s.Statement.String()
}

// String returns the query.
func (s *SelectStatement) String() string { return s.Query.String() }
