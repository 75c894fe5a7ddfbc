package kv

// Write is one change on its way into the database, as Options.Intercept sees it: a batch to commit, or prefixes to drop.
// What it refers to is borrowed during the call.
type Write struct {
	DB       *DB
	Batch    *Batch   // nil when prefixes are dropped
	Prefixes [][]byte // nil when a batch is committed
	do       func() error
}

// Do makes the change and returns what Commit or DropPrefix would have returned.
func (w Write) Do() error { return w.do() }

// write makes the change, through the interceptor if there is one.
func (d *DB) write(b *Batch, prefixes [][]byte, do func() error) error {
	if d.intercept == nil {
		return do()
	}
	return d.intercept(Write{DB: d, Batch: b, Prefixes: prefixes, do: do})
}
