package parse

// offset writes OFFSET m [ROWS FETCH FIRST n ROWS ONLY] as MySQL has it: LIMIT goes first.
func (r *rewriter) offset(i int) (int, error) {
	at := i + 2
	if t := r.toks[at]; t.isWord("ROW") || t.isWord("ROWS") {
		at++
	}
	if r.toks[at].isWord("FETCH") {
		next, err := r.fetch(at)
		if err != nil {
			return 0, err
		}
		at = next
	}
	if !r.limited {
		return 0, unexpected(r.toks, i)
	}
	r.emit(i, "offset", false)
	_, err := r.literal(i + 1)
	return at, err
}

// fetch writes FETCH FIRST n ROWS ONLY as LIMIT n.
func (r *rewriter) fetch(i int) (int, error) {
	const usage = "write FETCH FIRST n ROWS ONLY, or LIMIT n"
	at := i + 1
	if t := r.toks[at]; t.isWord("FIRST") || t.isWord("NEXT") {
		at++
	}
	count := at
	ok := r.toks[count].kind == integer
	if at++; ok && (r.toks[at].isWord("ROW") || r.toks[at].isWord("ROWS")) {
		at++
	}
	if !ok || !r.toks[at].isWord("ONLY") {
		return 0, errorAt(r.toks[i], usage, "this is no form of FETCH")
	}
	r.limited = true
	r.emit(i, "limit", false)
	_, err := r.literal(count)
	return at + 1, err
}
