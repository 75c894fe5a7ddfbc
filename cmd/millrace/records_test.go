package main

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// recordsIn is a data directory with a stream S of two shards.
func recordsIn(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	script := scriptIn(t, "CREATE STREAM s (a INTEGER, name VARCHAR(8)) WITH ('connector'='stream', 'shards'='2'); CREATE STREAM app (a INTEGER);")
	if _, errs, err := call("run", "-q", "--data", data, script); err != nil {
		t.Fatal(err, errs)
	}
	return data
}

var arrival = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,6}`)

func TestPutAndGet(t *testing.T) {
	data := recordsIn(t)
	file := filepath.Join(t.TempDir(), "in.ndjson")
	write(t, file, "{\"a\":1,\"name\":\"x,\\\"y\\\"\"}\r\n\n{\"a\":2,\"name\":\"b\"}")
	out, errs, err := callWith(t.Context(), "{\"a\":3,\"NAME\":\"b\"}\n", "put", "s", "--data", data, "--key", "name", "--receipts", file, "-")
	if err != nil || !regexp.MustCompile(`^3 records, 60 bytes in \d+\.\d\d s, \d+ records/s\n$`).MatchString(errs) {
		t.Errorf("%v %q", err, errs)
	}
	// MD5 of b is in the upper half of the hashes, that of x,"y" is, too.
	want := "shardId-000000000001,1,T\nshardId-000000000001,2,T\nshardId-000000000001,3,T\n"
	if out = arrival.ReplaceAllString(out, "T"); out != want {
		t.Errorf("receipts\n%s", out)
	}
	for format, want := range map[string]string{
		"raw":    "{\"a\":1,\"name\":\"x,\\\"y\\\"\"}\n{\"a\":2,\"name\":\"b\"}\n",
		"csv":    "shard,sequence,arrival,key,data\nshardId-000000000001,1,T,\"x,\"\"y\"\"\",\"{\"\"a\"\":1,\"\"name\"\":\"\"x,\\\"\"y\\\"\"\"\"}\"\nshardId-000000000001,2,T,b,\"{\"\"a\"\":2,\"\"name\"\":\"\"b\"\"}\"\n",
		"ndjson": `{"shard":"shardId-000000000001","sequence":1,"arrival":"T","key":"x,\"y\"","data":"{\"a\":1,\"name\":\"x,\\\"y\\\"\"}"}` + "\n" + `{"shard":"shardId-000000000001","sequence":2,"arrival":"T","key":"b","data":"{\"a\":2,\"name\":\"b\"}"}` + "\n",
	} {
		out, errs, err := call("get", "S", "--data", data, "--format", format, "--limit", "2")
		if out = arrival.ReplaceAllString(out, "T"); err != nil || errs != "" || out != want {
			t.Errorf("%s: %v %s\n%s\nnot\n%s", format, err, errs, out, want)
		}
	}
	for _, tt := range []struct{ args, want string }{
		{"--shard 0", ""}, {"--shard 1 --limit 1", "{\"a\":1,\"name\":\"x,\\\"y\\\"\"}\n"}, {"--start latest", ""}, {"--start 2999-01-01", ""},
		{"--start 2001-01-01 --shard shardId-000000000001 --limit 1", "{\"a\":1,\"name\":\"x,\\\"y\\\"\"}\n"},
	} {
		if out, errs, err := call(append([]string{"get", "s", "--data", data}, strings.Fields(tt.args)...)...); err != nil || out != tt.want {
			t.Errorf("%s: %v %s\n%s", tt.args, err, errs, out)
		}
	}
	if out, errs, err := call("query", "--format", "csv", "--data", data, "SELECT a, name, PARTITION_KEY FROM s"); err != nil || out != "A,NAME,PARTITION_KEY\n1,\"x,\"\"y\"\"\",\"x,\"\"y\"\"\"\n2,b,b\n3,b,b\n" {
		t.Errorf("query: %v %s\n%s", err, errs, out)
	}
}

// TestPutSpreads: without a key the records go over the shards, and none is lost
// between batches.
func TestPutSpreads(t *testing.T) {
	data := recordsIn(t)
	var in strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&in, "line %d\n", i)
	}
	if _, errs, err := callWith(t.Context(), in.String(), "put", "s", "--data", data, "--batch", "7"); err != nil {
		t.Fatal(err, errs)
	}
	total := 0
	for _, shard := range []string{"0", "1"} {
		out, _, err := call("get", "s", "--data", data, "--shard", shard)
		n := strings.Count(out, "\n")
		if total += n; err != nil || n < 400 {
			t.Errorf("shard %s: %v, %d records", shard, err, n)
		}
	}
	out, _, err := call("get", "s", "--data", data)
	seen := map[string]bool{}
	for _, l := range strings.Split(strings.TrimSpace(out), "\n") {
		seen[l] = true
	}
	if err != nil || total != 1000 || len(seen) != 1000 {
		t.Errorf("%v, %d and %d records", err, total, len(seen))
	}
}

func TestRecordMistakes(t *testing.T) {
	data := recordsIn(t)
	file := filepath.Join(t.TempDir(), "in")
	write(t, file, "{\"a\":1}\n{\"b\":2}\n")
	empty := t.TempDir()
	tests := []struct{ args, want string }{
		{"put s " + file, "no data directory: say where the stream is with --data DIR"},
		{"put sa --data " + data, "no stream sa; did you mean S?"},
		{"get s --data " + empty, "data directory " + empty + ": there is no database in it"},
		{"get app --data " + data, "stream APP is an in-application stream, which keeps no records: SELECT STREAM reads its rows"},
		{"put error_stream --data " + data + " " + file, "stream ERROR_STREAM takes no records: it is not a stored stream of yours; PutRows takes rows; durable for certain: no record"},
		{"get s --shard 7 --data " + data, `stream S has no shard "shardId-000000000007"; it has shardId-000000000000 to shardId-000000000001`},
		{"get s --start soon --data " + data, `--start is "soon", not oldest, latest or a timestamp yyyy-MM-dd [HH:mm:ss]`},
		{"get s --format table --data " + data, `format "table" is not known: raw, ndjson, csv`},
		{"put s --batch 0 --data " + data, "--batch is 0, it must be at least 1"},
		{"put s --key a --data " + data + " " + file, `line 2 of ` + file + ` has no member "a" for --key; durable for certain: 1 record, up to line 1 of ` + file},
		{"put s --data " + data + " " + file + " gone", "file gone: no such file or directory; durable for certain: 2 records, up to line 2 of " + file},
	}
	for _, tt := range tests {
		out, errs, err := call(strings.Fields(tt.args)...)
		if err == nil || err.Error() != tt.want || out != "" || errs != "" {
			t.Errorf("%s: %v %s%s\nnot %s", tt.args, err, out, errs, tt.want)
		}
	}
	_, _, err := callWith(t.Context(), "x\n"+strings.Repeat("y", 11<<20), "put", "s", "--data", data)
	if want := "line 2 of standard input has more than 10485760 bytes, the most of a record; durable for certain: 1 record, up to line 1 of standard input"; err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

// TestInterruptTail: tail shows what there is, and ends well when it is
// interrupted.
func TestInterruptTail(t *testing.T) {
	data := recordsIn(t)
	if _, errs, err := callWith(t.Context(), "one\ntwo\n", "put", "s", "--data", data, "--partition-key", "k"); err != nil {
		t.Fatal(err, errs)
	}
	p := start(t, "tail", "s", "--data", data, "--start", "oldest")
	lines := bufio.NewScanner(p.out)
	for _, want := range []string{"one", "two"} {
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("prints %q, not %q; %s", lines.Text(), want, &p.err)
		}
	}
	second := start(t, "get", "s", "--data", data)
	if out, status := second.end(t); status != 1 || out != "" || !strings.Contains(second.err.String(), "data directory is in use by another process") {
		t.Errorf("second process: status %d\n%s%s", status, out, &second.err)
	}
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if rest, status := p.end(t); status != 0 || rest != "" || p.err.String() != "2 records\n" {
		t.Errorf("interrupted: status %d\n%s%s", status, rest, &p.err)
	}
}

// TestSlowPut: a line that comes alone is durable while the input goes on, and an
// interrupt says what is.
func TestSlowPut(t *testing.T) {
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(path, "put", "s", "--data", recordsIn(t), "--receipts", "--partition-key", "k")}
	p.Stderr = &p.err
	if p.out, err = p.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(p.out)
	for i := range 3 {
		if _, err := io.WriteString(in, "one\n"); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("shardId-000000000001,%d,", i+1); !lines.Scan() || !strings.HasPrefix(lines.Text(), want) {
			t.Fatalf("prints %q, not %q; %s", lines.Text(), want, &p.err)
		}
	}
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if rest, status := p.end(t); status != 1 || rest != "" || p.err.String() != "millrace: interrupted; durable for certain: 3 records, up to line 3 of standard input\n" {
		t.Errorf("interrupted: status %d\n%s%s", status, rest, &p.err)
	}
}

// TestBytes: a record that is no text goes in and out as it is.
func TestBytes(t *testing.T) {
	data := recordsIn(t)
	if _, errs, err := callWith(t.Context(), "\xff<&>\x00\n", "put", "s", "--data", data); err != nil {
		t.Fatal(err, errs)
	}
	for format, want := range map[string]string{"raw": "\xff<&>\x00\n", "ndjson": `"key":"1","data_base64":"/zwmPgA="}` + "\n"} {
		if out, errs, err := call("get", "s", "--data", data, "--format", format); err != nil || !strings.HasSuffix(out, want) {
			t.Errorf("%v %s %q", err, errs, out)
		}
	}
}
