package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binaryDir is removed after the tests; "" while nothing is built.
var binaryDir string

// binary builds the command once for all tests.
var binary = sync.OnceValues(func() (string, error) {
	var err error
	if binaryDir, err = os.MkdirTemp("", "millrace-test"); err != nil {
		return "", err
	}
	path := filepath.Join(binaryDir, "millrace")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if err := os.RemoveAll(binaryDir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// process is a running command.
type process struct {
	*exec.Cmd
	out io.Reader
	err bytes.Buffer
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(path, args...)}
	p.Stderr = &p.err
	if p.out, err = p.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// end waits at most a minute and returns the exit status.
func (p *process) end(t *testing.T) (rest string, status int) {
	t.Helper()
	kill := time.AfterFunc(time.Minute, func() { _ = p.Process.Kill() }) // it hangs: the status tells
	defer kill.Stop()
	out, err := io.ReadAll(p.out)
	if err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := p.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), p.ProcessState.ExitCode()
}

func TestProcess(t *testing.T) {
	p := start(t, "run", "--format", "csv", scriptIn(t, account, "t.csv", "id,name\n1,a\n"))
	if out, status := p.end(t); status != 0 || out != "ID,NAME\n1,a\n" || !strings.Contains(p.err.String(), "│ P    │") {
		t.Errorf("status %d\n%s%s", status, out, &p.err)
	}
	path := scriptIn(t, "VALUES (1);\nVALUES (nope);")
	p = start(t, "run", "--format", "csv", path)
	if out, status := p.end(t); status != 1 || out != "" || p.err.String() != path+":2:9: no column NOPE\nVALUES (nope);\n        ^\n" {
		t.Errorf("status %d\n%s%s", status, out, &p.err)
	}
	p = start(t, "run", "nothing.sql")
	if out, status := p.end(t); status != 1 || out != "" || p.err.String() != "millrace: script nothing.sql: no such file or directory\n" {
		t.Errorf("status %d\n%s%s", status, out, &p.err)
	}
}

// TestInterruptQuery: a streaming query holds its data directory, shows rows as
// they are, and ends well when it is interrupted.
func TestInterruptQuery(t *testing.T) {
	data := t.TempDir()
	if _, errs, err := call("run", "-q", "--data", data, scriptIn(t, account, "t.csv", "id,name\n1,a\n")); err != nil {
		t.Fatal(err, errs)
	}
	p := start(t, "query", "--data", data, "--format", "csv", "SELECT STREAM name FROM kept")
	lines := bufio.NewScanner(p.out)
	for _, want := range []string{"NAME", "a"} {
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("prints %q, not %q; %s", lines.Text(), want, &p.err)
		}
	}
	second := start(t, "query", "--data", data, "VALUES (1)")
	if out, status := second.end(t); status != 1 || out != "" || !strings.Contains(second.err.String(), "data directory is in use by another process") || strings.Count(second.err.String(), "\n") != 1 {
		t.Errorf("second process: status %d\n%s%s", status, out, &second.err)
	}
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if rest, status := p.end(t); status != 0 || rest != "" || p.err.Len() > 0 {
		t.Errorf("interrupted: status %d\n%s%s", status, rest, &p.err)
	}
}

// TestInterruptRun: an interrupted run says so, shows its account, and the next
// one on the same directory writes every row once.
func TestInterruptRun(t *testing.T) {
	path, data := bigRun(t)
	p := start(t, "run", "--format", "csv", "--data", data, path)
	p.waitForRows(t)
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if _, status := p.end(t); status != 1 || !strings.HasSuffix(p.err.String(), "millrace: interrupted; run it again with --data "+data+" and it goes on\n") || !strings.Contains(p.err.String(), "│ P    │") {
		t.Errorf("status %d\n%s", status, &p.err)
	}
	everyRowOnce(t, path, data)
}

// TestKillRun: so does the next one after runs that were killed at work, wherever
// that was.
func TestKillRun(t *testing.T) {
	path, data := bigRun(t)
	for range 3 {
		p := start(t, "run", "--format", "csv", "--data", data, path)
		p.waitForRows(t)
		if err := p.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		p.end(t)
	}
	everyRowOnce(t, path, data)
}

const bigRows = 400_000

// bigRun is a script that takes a moment, and a data directory for it. A streaming
// SELECT comes first: its rows tell that the pump is at work, and as long as
// nobody reads them they hold the run up.
func bigRun(t *testing.T) (path, data string) {
	var file strings.Builder
	file.WriteString("id,name\n")
	for i := range bigRows {
		fmt.Fprintf(&file, "%d,n%d\n", i+10, i%100)
	}
	text := strings.Replace(account, "SELECT * FROM kept;", "SELECT STREAM id, name FROM t;", 1)
	return scriptIn(t, text, "t.csv", file.String()), filepath.Join(t.TempDir(), "data")
}

func (p *process) waitForRows(t *testing.T) {
	t.Helper()
	if lines := bufio.NewScanner(p.out); !lines.Scan() || lines.Text() != "ID,NAME" {
		t.Fatalf("prints %q; %s", lines.Text(), &p.err)
	}
}

// everyRowOnce runs the script to its end and looks at what all runs have written.
func everyRowOnce(t *testing.T, path, data string) {
	t.Helper()
	text := strings.Replace(account, "SELECT * FROM kept;", "SELECT COUNT(*) AS n, SUM(id) AS s FROM kept;", 1)
	write(t, path, text)
	out, errs, err := call("run", "--format", "csv", "--data", data, path)
	if want := fmt.Sprintf("N,S\n%d,%d\n", bigRows, bigRows*(bigRows-1)/2+10*bigRows); err != nil || out != want {
		t.Errorf("%v\n%s%s, not %s", err, out, errs, want)
	}
}
