package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/millrace-sql/millrace"
)

// recordWriter turns stored records into text.
type recordWriter interface {
	header(dst []byte) []byte
	record(dst []byte, r millrace.StoredRecord) []byte
}

func newRecordWriter(format string) (recordWriter, error) {
	switch format {
	case "raw":
		return rawRecords{}, nil
	case "ndjson":
		return newJSONRecords(), nil
	case "csv":
		return newCSVRecords(), nil
	}
	return nil, fmt.Errorf("format %q is not known: raw, ndjson, csv", format)
}

// rawRecords are the bytes as they are, a line each.
type rawRecords struct{}

func (rawRecords) header(dst []byte) []byte { return dst }

func (rawRecords) record(dst []byte, r millrace.StoredRecord) []byte {
	return append(append(dst, r.Data...), '\n')
}

type jsonRecords struct {
	buf bytes.Buffer
	enc *json.Encoder
}

func newJSONRecords() *jsonRecords {
	j := &jsonRecords{}
	j.enc = json.NewEncoder(&j.buf)
	j.enc.SetEscapeHTML(false)
	return j
}

func (*jsonRecords) header(dst []byte) []byte { return dst }

// record has the bytes as text where they are text, as base64 else.
func (j *jsonRecords) record(dst []byte, r millrace.StoredRecord) []byte {
	out := struct {
		Shard    string  `json:"shard"`
		Sequence uint64  `json:"sequence"`
		Arrival  string  `json:"arrival"`
		Key      string  `json:"key"`
		Data     *string `json:"data,omitempty"`
		Base64   []byte  `json:"data_base64,omitempty"`
	}{Shard: r.ShardID, Sequence: r.SequenceNumber, Arrival: r.Arrival.String(), Key: r.PartitionKey}
	if utf8.Valid(r.Data) {
		text := string(r.Data)
		out.Data = &text
	} else {
		out.Base64 = r.Data
	}
	j.buf.Reset()
	_ = j.enc.Encode(out) // into memory, of types that always encode
	return append(dst, j.buf.Bytes()...)
}

type csvRecords struct {
	buf bytes.Buffer
	enc *csv.Writer
}

func newCSVRecords() *csvRecords {
	c := &csvRecords{}
	c.enc = csv.NewWriter(&c.buf)
	return c
}

func (*csvRecords) header(dst []byte) []byte {
	return append(dst, "shard,sequence,arrival,key,data\n"...)
}

func (c *csvRecords) record(dst []byte, r millrace.StoredRecord) []byte {
	c.buf.Reset()
	_ = c.enc.Write([]string{r.ShardID, strconv.FormatUint(r.SequenceNumber, 10), r.Arrival.String(), r.PartitionKey, string(r.Data)})
	c.enc.Flush() // into memory: it cannot fail
	return append(dst, c.buf.Bytes()...)
}
