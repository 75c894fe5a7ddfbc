//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// screen is what a process has written on its terminal since the last look.
type screen struct {
	t    *testing.T
	file *os.File
	text chan string
	seen string
}

// terminalOf starts the command on a terminal of its own.
func terminalOf(t *testing.T, home string, args ...string) (*exec.Cmd, *screen) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, args...)
	c.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "TERM=xterm")
	f, err := pty.StartWithSize(c, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{t: t, file: f, text: make(chan string, 1000)}
	go func() {
		defer close(s.text)
		buf := make([]byte, 4096)
		for {
			n, err := f.Read(buf)
			s.text <- string(buf[:n])
			if err != nil {
				return // the process has ended
			}
		}
	}()
	return c, s
}

var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// shows waits until the text is on the screen, behind what was looked at before.
func (s *screen) shows(want string) {
	s.t.Helper()
	for timeout := time.After(20 * time.Second); ; {
		clean := escapes.ReplaceAllString(s.seen, "")
		if i := strings.Index(clean, want); i >= 0 {
			s.seen = clean[i+len(want):]
			return
		}
		select {
		case text, ok := <-s.text:
			if !ok && text == "" {
				s.t.Fatalf("ended; the screen shows %q without %q", clean, want)
			}
			s.seen += text
		case <-timeout:
			s.t.Fatalf("the screen shows %q without %q", clean, want)
		}
	}
}

func (s *screen) types(keys string) {
	s.t.Helper()
	if _, err := s.file.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// TestTerminal is a session by hand: completion, Ctrl-C at the prompt and while a
// query runs, Ctrl-D, and the history of the next session.
func TestTerminal(t *testing.T) {
	home := t.TempDir()
	data := filepath.Join(home, "data")
	c, s := terminalOf(t, home, data, "--create")
	s.shows("Ctrl-D quits.")
	s.shows("millrace> ")
	s.types("CREATE STREAM things (a INTEGER) WITH\r")
	s.shows("... ")
	s.types("('connector'='stream');\r")
	s.shows("ok")
	s.shows("millrace> ")
	s.types("INSERT INTO thi\t VALUES (7);\r")
	s.shows("ok, 1 row")
	s.shows("millrace> ")
	s.types("nonsense")
	s.shows("nonsense") // echoed by the editor: from here on ^C is a key
	s.types("\x03")
	s.shows("millrace> ")
	s.types("SELECT STREAM a FROM things;\r")
	s.shows("\r\n       7\r\n")
	s.types("\x03")
	s.shows("1 row")
	s.shows("millrace> ")
	s.types("VALUES (nope);\r")
	s.shows("input:1:9: no column NOPE\r\nVALUES (nope);\r\n        ^\r\n")
	s.shows("millrace> ")
	s.types("\x04")
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	c, s = terminalOf(t, home, data)
	s.shows("millrace> ")
	s.types("\x1b[A\x1b[A\r") // up, up, return
	s.shows("\r\n       7\r\n")
	s.types("\x03")
	s.shows("millrace> ")
	s.types("\\q\r")
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	// Whatever ends it closes the database: the next one can open it.
	c, s = terminalOf(t, home, data)
	s.shows("millrace> ")
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.shows("millrace: terminated")
	if err := c.Wait(); err == nil || c.ProcessState.ExitCode() != 1 {
		t.Error(err)
	}
}
