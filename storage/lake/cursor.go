package lake

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// cursor walks over the pages of a column chunk.
type cursor struct {
	pages  parquet.Pages
	page   parquet.Page
	levels []byte // definition levels of the page; nil: no row is null
	rows   int    // of the page
	row    int    // next row in the page
	dense  int    // next value in the page, which holds none for nulls
}

// span is a run of rows of one page, from the cursor's position.
type span struct {
	levels []byte // one per row: 0 is null; nil: no row is null
	rows   int
	dense  int
}

// next is the next run of at most n rows, within one page. fresh says that the page is a new one.
func (c *cursor) next(n int) (s span, fresh bool, err error) {
	for c.page == nil || c.row == c.rows {
		if err := c.turn(); err != nil {
			return span{}, false, err
		}
		fresh = true
	}
	s = span{rows: min(n, c.rows-c.row), dense: c.dense}
	if c.levels != nil {
		s.levels = c.levels[c.row : c.row+s.rows]
	}
	c.row += s.rows
	c.dense += present(s)
	return s, fresh, nil
}

func present(s span) int {
	if s.levels == nil {
		return s.rows
	}
	n := 0
	for _, l := range s.levels {
		n += int(l)
	}
	return n
}

// turn goes on to the next page.
func (c *cursor) turn() error {
	c.release()
	page, err := c.pages.ReadPage()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: a column ends before its row group", ErrCorrupt)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	c.page, c.row, c.dense = page, 0, 0
	c.rows = int(page.NumRows())
	c.levels = page.DefinitionLevels()
	if len(c.levels) == 0 || page.NumNulls() == 0 {
		c.levels = nil
	}
	return nil
}

func (c *cursor) release() {
	if c.page != nil {
		parquet.Release(c.page)
		c.page = nil
	}
}

func (c *cursor) close() error {
	c.release()
	if c.pages == nil {
		return nil
	}
	err := c.pages.Close()
	c.pages = nil
	return err
}
