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
		return jsonRecords{}, nil
	case "csv":
		return csvRecords{}, nil
	}
	return nil, fmt.Errorf("format %q is not known: raw, ndjson, csv", format)
}

// rawRecords are the bytes as they are, a line each.
type rawRecords struct{}

func (rawRecords) header(dst []byte) []byte { return dst }

func (rawRecords) record(dst []byte, r millrace.StoredRecord) []byte {
	return append(append(dst, r.Data...), '\n')
}

type jsonRecords struct{}

func (jsonRecords) header(dst []byte) []byte { return dst }

// record has the bytes as text where they are text, as base64 else.
func (jsonRecords) record(dst []byte, r millrace.StoredRecord) []byte {
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
	b := bytes.NewBuffer(dst)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(out) // to memory, of types that always encode
	return b.Bytes()
}

type csvRecords struct{}

func (csvRecords) header(dst []byte) []byte {
	return append(dst, "shard,sequence,arrival,key,data\n"...)
}

func (csvRecords) record(dst []byte, r millrace.StoredRecord) []byte {
	b := bytes.NewBuffer(dst)
	w := csv.NewWriter(b)
	_ = w.Write([]string{r.ShardID, strconv.FormatUint(r.SequenceNumber, 10), r.Arrival.String(), r.PartitionKey, string(r.Data)})
	w.Flush() // to memory: it cannot fail
	return b.Bytes()
}
