package ast

import "strings"

// String returns the query.
func (q *Select) String() string {
	var b strings.Builder
	b.WriteString("SELECT ")
	if q.Stream {
		b.WriteString("STREAM ")
	}
	if q.Distinct {
		b.WriteString("DISTINCT ")
	}
	b.WriteString(joinNodes(q.Items))
	if len(q.From) > 0 {
		b.WriteString(" FROM " + joinNodes(q.From))
	}
	if q.Where != nil {
		b.WriteString(" WHERE " + q.Where.String())
	}
	if len(q.GroupBy) > 0 {
		b.WriteString(" GROUP BY " + joinNodes(q.GroupBy))
	}
	if q.Stagger != nil {
		b.WriteString(" " + q.Stagger.String())
	}
	if q.Having != nil {
		b.WriteString(" HAVING " + q.Having.String())
	}
	if len(q.Windows) > 0 {
		b.WriteString(" WINDOW " + joinNodes(q.Windows))
	}
	q.write(&b)
	return b.String()
}

// String returns the operation; an operand that is an operation or has a tail of its own goes in parentheses, except the
// left one of a chain of the same operator.
func (q *SetOp) String() string {
	var b strings.Builder
	left, chain := q.L.(*SetOp)
	if chain && left.Op == q.Op && left.empty() {
		b.WriteString(left.String())
	} else {
		b.WriteString(setOperand(q.L))
	}
	b.WriteString(" " + q.Op + " ")
	if q.All {
		b.WriteString("ALL ")
	}
	b.WriteString(setOperand(q.R))
	q.write(&b)
	return b.String()
}

func setOperand(q Query) string {
	bare := false
	switch q := q.(type) {
	case *Select:
		bare = q.empty()
	case *Values:
		bare = q.empty()
	}
	if bare {
		return q.String()
	}
	return "(" + q.String() + ")"
}

// String returns VALUES with every row in parentheses.
func (q *Values) String() string {
	var b strings.Builder
	b.WriteString("VALUES ")
	for i, row := range q.Rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + joinNodes(row) + ")")
	}
	q.write(&b)
	return b.String()
}

// String returns the entries and the body; a body with WITH of its own goes in parentheses.
func (q *With) String() string {
	s := "WITH " + joinNodes(q.Entries) + " "
	if _, nested := q.Body.(*With); nested {
		return s + "(" + q.Body.String() + ")"
	}
	return s + q.Body.String()
}

// Position returns where the name is.
func (e CTE) Position() Pos { return e.Name.Pos }

// String returns the name, the columns and the query.
func (e CTE) String() string {
	s := e.Name.String()
	if len(e.Columns) > 0 {
		s += " (" + joinNodes(e.Columns) + ")"
	}
	return s + " AS (" + e.Query.String() + ")"
}

func (t *Tail) empty() bool { return len(t.OrderBy) == 0 && t.Limit == nil && t.Offset == nil }

func (t *Tail) write(b *strings.Builder) {
	if len(t.OrderBy) > 0 {
		b.WriteString(" ORDER BY " + joinNodes(t.OrderBy))
	}
	if t.Limit != nil {
		b.WriteString(" LIMIT " + t.Limit.String())
	}
	if t.Offset != nil {
		b.WriteString(" OFFSET " + t.Offset.String())
	}
}

// Position returns where the expression is.
func (i SelectItem) Position() Pos { return i.Expr.Position() }

// String returns the item with its alias.
func (i SelectItem) String() string {
	if i.Alias == nil {
		return i.Expr.String()
	}
	return i.Expr.String() + " AS " + i.Alias.String()
}

// Position returns where the key is.
func (o OrderItem) Position() Pos { return o.Expr.Position() }

// String returns the key with its direction; ASC is not printed.
func (o OrderItem) String() string {
	s := o.Expr.String()
	if o.Within != nil {
		s += " WITHIN " + o.Within.String()
	}
	if o.Desc {
		s += " DESC"
	}
	switch o.Nulls {
	case NullsFirst:
		s += " NULLS FIRST"
	case NullsLast:
		s += " NULLS LAST"
	}
	return s
}

func aliased(s string, window *Window, alias *Name, columns []Name) string {
	if window != nil {
		s += " OVER " + window.String()
	}
	if alias == nil {
		return s
	}
	s += " AS " + alias.String()
	if len(columns) > 0 {
		s += " (" + joinNodes(columns) + ")"
	}
	return s
}

// String returns the name with its alias.
func (t *TableName) String() string {
	return aliased(t.Parts.String(), t.Window, t.Alias, t.ColumnAliases)
}

// String returns the query in parentheses with its alias.
func (t *SubqueryRef) String() string {
	return aliased("("+t.Query.String()+")", t.Window, t.Alias, t.ColumnAliases)
}

// String returns the join; a join on the right goes in parentheses.
func (j *Join) String() string {
	var b strings.Builder
	b.WriteString(j.L.String() + " ")
	if j.Natural {
		b.WriteString("NATURAL ")
	}
	b.WriteString(string(j.Kind) + " JOIN ")
	if _, nested := j.R.(*Join); nested {
		b.WriteString("(" + j.R.String() + ")")
	} else {
		b.WriteString(j.R.String())
	}
	if j.On != nil {
		b.WriteString(" ON " + j.On.String())
	}
	if len(j.Using) > 0 {
		b.WriteString(" USING (" + joinNodes(j.Using) + ")")
	}
	return b.String()
}
