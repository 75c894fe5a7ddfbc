package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// maxPage is how many bytes of lines make a page, whatever its rows.
const maxPage = 1 << 20

// reader is the flow.Reader of a file.
type reader struct {
	*source
	f      *os.File
	lines  *lines
	dec    format.Decoder
	schema *arrow.Schema // of the pages
	place  []int         // per scanned column: its index among the decoded, or -1 for ROWTIME
	clock  int           // the index of the column that ROWTIME is taken from, or -1

	pos  position // size and hash; the rest is where the page began
	last types.Time
	rec  arrow.Record // of the last page
	rows []span       // the lines of its rows
	bad  []badLine
	held *span // a line that did not fit into the last page
}

// badLine is a rejected row with its place, by which they are ordered.
type badLine struct {
	span
	name, message string
	time          types.Time
}

func (s *source) reader(f *os.File, from flow.Offset, scan flow.Scan) (*reader, error) {
	pos, err := s.resume(f, from)
	if err != nil {
		return nil, err
	}
	names, body, err := s.header(f, pos)
	if err != nil {
		return nil, err
	}
	if pos.at < body.at {
		pos = body
	}
	r := &reader{source: s, f: f, pos: pos, last: pos.last, clock: -1}
	if s.time < 0 {
		r.last = s.first() // of this job, not of the one that wrote the offset
	}
	columns, err := r.columns(scan.Columns)
	if err != nil {
		return nil, err
	}
	decode := s.decode
	decode.Header = names
	r.dec, err = format.NewDecoder(s.Format, s.Schema, columns, decode, s.Mem)
	if err != nil {
		return nil, err
	}
	r.schema = s.Schema.Select(scan.Columns).Arrow()
	r.lines = linesAt(f, pos, s.cutter)
	return r, nil
}

// columns finds what to decode for a scan.
func (r *reader) columns(scanned []int) (decoded []int, err error) {
	index := func(c int) int {
		at := slices.Index(decoded, c)
		if at < 0 {
			at = len(decoded)
			decoded = append(decoded, c)
		}
		return at
	}
	for _, c := range scanned {
		switch {
		case c < 0 || c >= len(r.Schema.Fields):
			return nil, fmt.Errorf("column %d of %d is not in the schema", c, len(r.Schema.Fields))
		case c == r.Schema.RowTime:
			r.place = append(r.place, -1)
		default:
			r.place = append(r.place, index(c))
		}
	}
	if r.time >= 0 {
		r.clock = index(r.time)
	}
	return decoded, nil
}

// Read is flow.Reader.Read. A page ends after maxRows rows, as many bad ones, or
// 1 MiB of lines, and never within the rows of a line.
func (r *reader) Read(ctx context.Context, maxRows int) (flow.Page, error) {
	r.release()
	if err := r.fill(ctx, maxRows); err != nil {
		return flow.Page{}, r.wrap(err)
	}
	if len(r.rows) == 0 && len(r.bad) == 0 {
		return flow.Page{}, io.EOF
	}
	page := flow.Page{Rows: r.batch()}
	r.pos.at, r.pos.line, r.pos.last = r.lines.at, r.lines.line, r.last
	if r.held != nil {
		r.pos.at, r.pos.line = r.held.at, r.held.line-1
	}
	page.Bad = r.rejected()
	page.Next = r.pos.offset()
	page.Horizon = r.last
	return page, nil
}

// release gives back what the last page lent.
func (r *reader) release() {
	if r.rec != nil {
		r.rec.Release()
		r.rec = nil
	}
	r.rows, r.bad = r.rows[:0], r.bad[:0]
	if r.held == nil {
		r.lines.reuse()
	}
}

// fill decodes the lines of a page.
func (r *reader) fill(ctx context.Context, maxRows int) error {
	for begin := r.lines.at; len(r.rows) < maxRows && len(r.bad) < maxRows && r.lines.at-begin < maxPage; {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := r.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if full := r.decode(line); full {
			r.held = &line
			return nil
		}
	}
	return nil
}

// next is the line that was held back, or the next one.
func (r *reader) next() (span, error) {
	if line := r.held; line != nil {
		r.held = nil
		return *line, nil
	}
	return r.lines.cut()
}

// decode makes rows or a bad row of a line; true: it has to wait for the next
// page.
func (r *reader) decode(line span) bool {
	text := r.lines.buf[line.from:line.to]
	if line.tooLong {
		r.reject(line, flow.TooLargeRecord, fmt.Sprintf("the line is longer than %d bytes", maxLine), types.MinTime)
		return false
	}
	if blank(text, r.Format) {
		return false
	}
	n, err := r.dec.Append(text)
	var bad *format.Bad
	switch {
	case errors.As(err, &bad):
		r.reject(line, bad.Name, bad.Detail(), types.MinTime)
		return false
	case err != nil:
		return true
	}
	for range n {
		r.rows = append(r.rows, line)
	}
	return false
}

func (r *reader) reject(line span, name, message string, time types.Time) {
	r.bad = append(r.bad, badLine{line, name, message, time})
}

// blank tells whether a line is to be skipped.
func blank(text []byte, format string) bool {
	if format == "csv" {
		return len(text) == 0
	}
	for _, c := range text {
		if c != ' ' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// batch makes the columns of the page and checks its rowtimes.
func (r *reader) batch() flow.Batch {
	columns := r.dec.Finish()
	defer func() {
		for _, c := range columns {
			c.Release()
		}
	}()
	if len(r.rows) == 0 {
		return flow.Batch{}
	}
	sel := r.live(columns)
	out := make([]arrow.Array, len(r.place))
	var times arrow.Array
	for i, at := range r.place {
		if at >= 0 {
			out[i] = columns[at]
			continue
		}
		if times == nil {
			times = r.times(columns)
			defer times.Release()
		}
		out[i] = times
	}
	r.rec = array.NewRecord(r.schema, out, int64(len(r.rows)))
	return flow.Batch{Rec: r.rec, Sel: sel}
}

// rejected is the bad rows of the page in the order of the file.
func (r *reader) rejected() []flow.Rejected {
	if len(r.bad) == 0 {
		return nil
	}
	slices.SortStableFunc(r.bad, func(a, b badLine) int { return int(a.line - b.line) })
	out := make([]flow.Rejected, len(r.bad))
	for i, b := range r.bad {
		out[i] = flow.Rejected{
			Name: b.name, Message: b.message, RowTime: b.time, Raw: r.lines.buf[b.from:b.to],
			Origin: flow.Origin{Stream: r.Name, Shard: Shard, Position: fmt.Sprintf("line %d", b.span.line)},
		}
	}
	return out
}

// Close is flow.Reader.Close.
func (r *reader) Close() error {
	if r.rec != nil {
		r.rec.Release()
		r.rec = nil
	}
	r.dec.Close()
	return r.f.Close()
}
