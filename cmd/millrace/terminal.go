package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/peterh/liner"
)

// terminal is a line editor with a history. It leaves the terminal to statements
// while they run: Ctrl-C is a key while a line is typed, else an interrupt.
type terminal struct {
	editor  *liner.State
	history string // its file; "" for none
}

func newTerminal(s *session) *terminal {
	t := &terminal{editor: liner.NewLiner()}
	t.editor.SetCtrlCAborts(true)
	t.editor.SetMultiLineMode(true)
	t.editor.SetTabCompletionStyle(liner.TabPrints)
	t.editor.SetWordCompleter(s.complete)
	// A session without a history is better than none: errors are not told.
	if dir, err := os.UserConfigDir(); err == nil {
		t.history = filepath.Join(dir, "millrace", "history")
	}
	if f, err := os.Open(t.history); err == nil {
		_, _ = t.editor.ReadHistory(f)
		_ = f.Close()
	}
	return t
}

func (t *terminal) line(ctx context.Context, prompt string) (string, error) {
	l, err := await(ctx, func() (string, error) { return t.editor.Prompt(prompt) })
	if errors.Is(err, liner.ErrPromptAborted) {
		return "", errGivenUp
	}
	return l, err
}

func (t *terminal) remember(entry string) { t.editor.AppendHistory(entry) }

// close gives the terminal back and keeps the history.
func (t *terminal) close() {
	defer t.editor.Close()
	if t.history == "" || os.MkdirAll(filepath.Dir(t.history), 0o700) != nil {
		return
	}
	if f, err := os.OpenFile(t.history, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err == nil {
		_, _ = t.editor.WriteHistory(f) // as above
		_ = f.Close()
	}
}
