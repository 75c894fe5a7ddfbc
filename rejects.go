package millrace

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

const (
	errorStream = "ERROR_STREAM"
	lateStream  = "LATE_STREAM"
	// maxRaw is how much of a bad record RAW keeps; DATA_ROW holds half as much,
	// in hex, to fit its declared length.
	maxRaw     = 64 << 10
	maxDataRow = 49152 / 2
)

// errorFields is the columns of error_stream (kda-sql.md §16.6, DESIGN §8).
func errorFields() []types.Field {
	text := func(name string, n int) types.Field { return types.Field{Name: name, Type: types.VarcharOf(n)} }
	stamp := func(name string) types.Field { return types.Field{Name: name, Type: types.Of(types.Timestamp)} }
	return []types.Field{
		stamp("ERROR_TIME"), text("ERROR_LEVEL", 10), text("ERROR_NAME", 32), text("MESSAGE", 4096), stamp("DATA_ROWTIME"),
		text("DATA_ROW", 49152), text("PUMP_NAME", 128), text("STREAM_NAME", 128), text("SHARD_ID", 64),
		text("SEQUENCE_NUMBER", 64), {Name: "RAW", Type: types.Of(types.Varbinary)},
	}
}

// openErrorStreams makes the built-in stored streams. Their SEQUENCE_NUMBER and
// SHARD_ID columns are those of the rejected record; the pseudo-columns of the
// same names give way to them.
func (db *DB) openErrorStreams() error {
	late := append(errorFields(), types.Field{Name: "WATERMARK", Type: types.Of(types.Timestamp)}, types.Field{Name: "WINDOW_END", Type: types.Of(types.Timestamp)})
	for name, fields := range map[string][]types.Field{errorStream: errorFields(), lateStream: late} {
		if _, err := db.log.Describe(name); err != nil {
			if err := db.log.CreateStream(name, 1); err != nil {
				return err
			}
		}
		schema := types.StreamSchema(fields...)
		schema.Fields = append(schema.Fields, plan.StoredPseudoColumns()...)
		db.mu.relations[name] = &relation{Relation: plan.Relation{
			Name: name, Stream: true, Schema: schema, Connector: plan.StoredStream,
			Options: map[string]string{}, ReadOnly: true,
		}}
	}
	return nil
}

// rejectsOf opens the lanes of a pump's rejected rows, one per operator. They have
// a partition key each: within it, the order of rows is the same on every run.
func (db *DB) rejectsOf(pump string, incarnation uuid.UUID) func(string, int) (exec.Rejector, error) {
	return func(operator string, task int) (exec.Rejector, error) {
		r := &rejector{db: db, pump: pump, key: strings.TrimPrefix(pump+"/"+operator, "/")}
		for i, stream := range []string{errorStream, lateStream} {
			r.lanes[i] = rejectLane{stream: stream, lane: shardlog.Lane{Incarnation: incarnation, ID: uint32(task)}}
			var err error
			if r.lanes[i].durable, err = db.log.LastOrdinal(stream, incarnation, uint32(task)); err != nil {
				return nil, err
			}
		}
		return r, nil
	}
}

// rejector writes the rejected rows of one operator to error_stream and late_stream,
// each exactly once (exec.Rejector).
type rejector struct {
	db    *DB
	pump  string
	key   string        // partition key
	lanes [2]rejectLane // error, late
}

type rejectLane struct {
	stream  string
	lane    shardlog.Lane // FirstOrdinal: of the next record
	durable uint64
	pending []shardlog.Record
}

// Reject adds a row to what the next Flush writes.
func (r *rejector) Reject(_ context.Context, bad flow.Rejected) error {
	l := &r.lanes[0]
	if bad.Late {
		l = &r.lanes[1]
	}
	if l.lane.FirstOrdinal+uint64(len(l.pending)) < l.durable && len(l.pending) == 0 {
		l.lane.FirstOrdinal++ // written before a crash
		return nil
	}
	data, err := json.Marshal(r.row(bad))
	if err != nil {
		return fmt.Errorf("error row of pump %s: %w", r.pump, err)
	}
	l.pending = append(l.pending, shardlog.Record{PartitionKey: r.key, Data: data})
	return nil
}

// Flush makes the rows durable.
func (r *rejector) Flush(ctx context.Context) error {
	for i := range r.lanes {
		l := &r.lanes[i]
		if len(l.pending) == 0 {
			continue
		}
		done, err := r.db.log.Append(ctx, l.stream, l.pending, &l.lane)
		l.lane.FirstOrdinal += uint64(len(done))
		l.pending = l.pending[:0]
		if err != nil {
			return err
		}
	}
	return nil
}

// Position is the ordinals reached, for a checkpoint.
func (r *rejector) Position() []byte {
	b := binary.LittleEndian.AppendUint64(nil, r.lanes[0].lane.FirstOrdinal)
	return binary.LittleEndian.AppendUint64(b, r.lanes[1].lane.FirstOrdinal)
}

// Restore goes on from a checkpoint's position.
func (r *rejector) Restore(position []byte) error {
	if len(position) != 16 {
		return fmt.Errorf("pump %s: position of its error rows has %d bytes", r.pump, len(position))
	}
	r.lanes[0].lane.FirstOrdinal = binary.LittleEndian.Uint64(position)
	r.lanes[1].lane.FirstOrdinal = binary.LittleEndian.Uint64(position[8:])
	return nil
}

// errorRow is a record of the two streams; nil members are NULL.
type errorRow struct {
	Time      string  `json:"ERROR_TIME"`
	Level     string  `json:"ERROR_LEVEL"`
	Name      string  `json:"ERROR_NAME"`
	Message   string  `json:"MESSAGE"`
	RowTime   *string `json:"DATA_ROWTIME"`
	Row       *string `json:"DATA_ROW"`
	Pump      string  `json:"PUMP_NAME"`
	Stream    *string `json:"STREAM_NAME"`
	Shard     *string `json:"SHARD_ID"`
	Sequence  *string `json:"SEQUENCE_NUMBER"`
	Raw       []byte  `json:"RAW"`
	Watermark *string `json:"WATERMARK,omitempty"`
	WindowEnd *string `json:"WINDOW_END,omitempty"`
}

func (r *rejector) row(bad flow.Rejected) errorRow {
	row := errorRow{
		Time: r.db.opts.Now().Millis().String(), Level: "ERROR", Name: bad.Name, Message: bad.Message, Pump: r.pump,
		RowTime: instant(bad.RowTime), Stream: known(bad.Origin.Stream), Shard: known(string(bad.Origin.Shard)), Sequence: known(bad.Origin.Position),
	}
	data := bad.Raw
	if data != nil {
		row.Raw = data[:min(len(data), maxRaw)]
	} else if bad.Batch.Rec != nil {
		data = rowJSON(bad.Batch, bad.Row)
	}
	if data != nil {
		row.Row = known(hex.EncodeToString(data[:min(len(data), maxDataRow)]))
	}
	if bad.Late {
		row.Watermark, row.WindowEnd = instant(bad.Watermark), instant(bad.WindowEnd)
	}
	return row
}

// rowJSON is a row that is columns already, as a JSON object.
func rowJSON(b flow.Batch, row int) []byte {
	schema := types.NewSchema()
	var columns []int
	for i, f := range b.Rec.Schema().Fields() {
		t, err := types.FromArrow(f.Type)
		if err != nil {
			continue // a state column between two operators: nothing a user declared
		}
		columns = append(columns, i)
		for len(schema.Fields) <= i {
			schema.Fields = append(schema.Fields, types.Field{})
		}
		schema.Fields[i] = types.Field{Name: f.Name, Type: t}
	}
	return format.NewJSONEncoder(schema, columns).Append(nil, b.Rec, row)
}

func instant(t types.Time) *string {
	if t == types.MinTime || t == types.MaxTime {
		return nil
	}
	s := t.String()
	return &s
}

func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// counting is the rejector of an ad-hoc query: it writes nothing and returns its
// count (DESIGN §3).
type counting struct{ rows *rejectCount }

func (c counting) Reject(_ context.Context, r flow.Rejected) error {
	c.rows.add(r)
	return nil
}

func (counting) Flush(context.Context) error { return nil }
func (counting) Position() []byte            { return nil }
func (counting) Restore([]byte) error        { return nil }
