package ast

// Discover is DISCOVER SCHEMA FROM 'path' [WITH (...)] or FROM Stream; Stream is
// empty for a path.
type Discover struct {
	Path    string
	Stream  Qualified
	From    Pos // of the path or the stream
	Options []Option
	Source
}

// String returns the statement.
func (s *Discover) String() string {
	from := s.Stream.String()
	if len(s.Stream) == 0 {
		from = QuoteString(s.Path)
	}
	return "DISCOVER SCHEMA FROM " + from + optionList(s.Options)
}
