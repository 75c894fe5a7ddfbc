package parse

import "github.com/millrace-sql/millrace/sql/ast"

// createStream reads (column type [NOT NULL], ... [, WATERMARK FOR c AS e]) with options and description in any order.
func (p *parser) createStream(h createHead) (ast.Statement, error) {
	s := &ast.CreateStream{OrReplace: h.orReplace, IfNotExists: h.ifNotExists, Name: h.name}
	if !p.peek().isOp("(") {
		return nil, p.unexpected()
	}
	var err error
	if s.Columns, s.Watermark, err = p.columns(); err != nil {
		return nil, err
	}
	if err = p.clauses(&s.Options, &s.Description, nil); err != nil {
		return nil, err
	}
	s.Source = p.source(h.first)
	return s, nil
}

// columns reads the column list of a stream or table.
func (p *parser) columns() ([]ast.ColumnDef, *ast.WatermarkDef, error) {
	var columns []ast.ColumnDef
	var watermark *ast.WatermarkDef
	p.i++
	for {
		if p.peek().isWord("WATERMARK") && p.toks[p.i+1].isWord("FOR") {
			if watermark != nil {
				return nil, nil, errorAt(p.peek(), "", "a second WATERMARK")
			}
			w, err := p.watermark()
			if err != nil {
				return nil, nil, err
			}
			watermark = w
		} else {
			c, err := p.column(columns)
			if err != nil {
				return nil, nil, err
			}
			columns = append(columns, c)
		}
		if p.acceptOp(")") {
			break
		}
		if err := p.expectOp(","); err != nil {
			return nil, nil, err
		}
	}
	if len(columns) == 0 {
		return nil, nil, errorAt(p.toks[p.i-1], "", "no column is declared")
	}
	return columns, watermark, nil
}

// column reads one column; earlier are those before it.
func (p *parser) column(earlier []ast.ColumnDef) (ast.ColumnDef, error) {
	t := p.peek()
	if t.isWord("PRIMARY") || t.isWord("CONSTRAINT") {
		return ast.ColumnDef{}, notYet(t, t.text)
	}
	name, err := p.name()
	if err != nil {
		return ast.ColumnDef{}, err
	}
	if name.Text == "ROWTIME" {
		return ast.ColumnDef{}, errorAt(t, "every stream has it already", "ROWTIME may not be declared")
	}
	for _, e := range earlier {
		if e.Name.Text == name.Text {
			return ast.ColumnDef{}, errorAt(t, "", "column %s is declared twice", name)
		}
	}
	if p.peek().isWord("AS") {
		return ast.ColumnDef{}, notYet(p.peek(), "a computed column")
	}
	c := ast.ColumnDef{Name: name, Pos: t.pos}
	if c.Type, p.i, err = typeName(p.toks, p.i); err != nil {
		return c, err
	}
	if p.accept("NOT") {
		c.NotNull = true
		return c, p.expect("NULL")
	}
	p.accept("NULL")
	if t := p.peek(); t.isWord("METADATA") || t.isWord("PRIMARY") || t.isWord("DEFAULT") {
		return c, notYet(t, t.text)
	}
	return c, nil
}

func (p *parser) watermark() (*ast.WatermarkDef, error) {
	w := &ast.WatermarkDef{Pos: p.peek().pos}
	p.i += 2
	var err error
	if w.Column, err = p.name(); err != nil {
		return nil, err
	}
	if err = p.expect("AS"); err != nil {
		return nil, err
	}
	w.Expr, err = p.expr()
	return w, err
}
