package main

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
)

// complete offers what the word before the cursor, at rune pos of the line, could
// become: head and tail are what stays around it.
func (s *session) complete(line string, pos int) (head string, words []string, tail string) {
	runes := []rune(line)
	before, tail := string(runes[:pos]), string(runes[pos:])
	if strings.HasPrefix(before, `\`) && !strings.Contains(before, " ") {
		for _, b := range backslashes() {
			words = append(words, b.name)
		}
		return "", startingWith(before, words), tail
	}
	word := before[strings.LastIndexFunc(before, func(r rune) bool { return !inName(r) })+1:]
	head = strings.TrimSuffix(before, word)
	all := ""
	if s.now != nil {
		all = strings.Join(s.now.lines, "\n") + "\n"
	}
	relations, err := s.db.Relations()
	if err != nil || strings.Count(all+head, "'")%2 > 0 || strings.HasSuffix(head, `"`) {
		return head, nil, tail // inside a text there is nothing to offer
	}
	return head, startingWith(word, candidates(relations, s.db.Functions(), all, head, tail)), tail
}

func inName(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// relationFollows are the words that a relation follows, whatever the statement.
var relationFollows = []string{"FROM", "JOIN", "INTO", "DESCRIBE", `\d`}

// candidates is what may stand behind head in the statement that all begins; own is the
// functions that are not the engine's.
func candidates(relations []plan.Relation, own []string, all, head, tail string) []string {
	fields := strings.Fields(head)
	last := ""
	if len(fields) > 0 {
		last = fields[len(fields)-1]
	}
	switch {
	case strings.HasSuffix(head, "."):
		return members(relations, all+head+tail, last)
	case last == `\format`:
		return []string{"table", "csv", "ndjson"}
	case slices.ContainsFunc(relationFollows, func(w string) bool { return strings.EqualFold(w, last) }):
		return relationNames(relations)
	}
	out := append(parse.Keywords(), relationNames(relations)...)
	for _, a := range append(plan.Aggregates(), own...) {
		out = append(out, a+"(")
	}
	for _, f := range plan.TableFunctions() {
		out = append(out, f.Name+"(")
	}
	for name, f := range plan.Functions() {
		if strings.HasPrefix(f.Usage, f.Name+"(") {
			name += "("
		}
		out = append(out, name)
	}
	return append(out, columns(relations, all+head+tail)...)
}

func relationNames(relations []plan.Relation) []string {
	var out []string
	for _, r := range relations {
		name := quoted(r.Name)
		if r.Database != "" && r.Database != "default" {
			name = quoted(r.Database) + "." + name
		}
		out = append(out, name)
	}
	return out
}

// columns are those of the relations that the statement names, or of all while it
// names none.
func columns(relations []plan.Relation, statement string) []string {
	words := strings.FieldsFunc(strings.ToUpper(statement), func(r rune) bool { return !inName(r) })
	var named, every []string
	for _, r := range relations {
		for _, f := range r.Schema.Fields {
			every = append(every, quoted(f.Name))
			if slices.Contains(words, strings.ToUpper(r.Name)) {
				named = append(named, quoted(f.Name))
			}
		}
	}
	if named != nil {
		return named
	}
	return every
}

// members is what stands behind a dot: the columns of a relation or of its alias,
// the tables of a database.
func members(relations []plan.Relation, statement, qualified string) []string {
	qualifier := strings.TrimSuffix(qualified, ".")
	qualifier = qualifier[strings.LastIndexFunc(qualifier, func(r rune) bool { return !inName(r) })+1:]
	if qualifier == "" {
		return nil
	}
	alias := regexp.MustCompile(`(?i)(\w+)"?\s+(?:AS\s+)?` + regexp.QuoteMeta(qualifier) + `\b`)
	name := qualifier
	for _, m := range alias.FindAllStringSubmatch(statement, -1) {
		if !slices.Contains(parse.Keywords(), strings.ToUpper(m[1])) {
			name = m[1]
		}
	}
	var out []string
	for _, r := range relations {
		if strings.EqualFold(r.Database, qualifier) {
			out = append(out, quoted(r.Name))
		}
		if strings.EqualFold(r.Name, name) {
			for _, f := range r.Schema.Fields {
				out = append(out, quoted(f.Name))
			}
		}
	}
	return out
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// quoted is a stored name as it can be written.
func quoted(name string) string {
	if plainName.MatchString(name) && !parse.IsReserved(strings.ToUpper(name)) {
		return name
	}
	return ast.QuoteName(name)
}

// startingWith keeps the candidates that the word begins, in its case where their
// own does not matter, sorted.
func startingWith(word string, candidates []string) []string {
	var out []string
	for _, c := range candidates {
		if len(c) < len(word) || !strings.EqualFold(c[:len(word)], word) {
			continue
		}
		if c == strings.ToUpper(c) && c[0] != '"' && word == strings.ToLower(word) {
			c = strings.ToLower(c)
		}
		out = append(out, c)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
