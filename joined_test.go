package millrace

import (
	"context"
	"testing"
	"testing/synctest"
)

// TestStartBringsJoined: in a directory that has just been opened, a statement that
// starts one pump starts those joined with it: the rows that the first one finds in
// the log would go by the others.
func TestStartBringsJoined(t *testing.T) {
	for name, sql := range map[string]string{"ALTER": "ALTER PUMP pass START", "the script again": chainOfPumps} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				ctx := context.Background()
				clock := &testClock{now: instantOf(t, "10:00:00")}
				open := func() *DB {
					db, err := Open(dir, &Options{Now: clock.read, CheckpointEvery: -1})
					if err != nil {
						t.Fatal(err)
					}
					return db
				}
				db := open()
				if err := db.Exec(ctx, chainOfPumps); err != nil {
					t.Fatal(err)
				}
				closeDB(t, db)
				db = open()
				defer closeDB(t, db)
				putAt(t, db, clock, "10:00:10", 1) // before anything runs
				if err := db.Exec(ctx, sql); err != nil {
					t.Fatal(err)
				}
				clock.set(instantOf(t, "10:00:20")) // the rows go by whoever reads now
				settle()
				if err := db.Resume(ctx); err != nil {
					t.Fatal(err)
				}
				clock.set(instantOf(t, "10:01:05"))
				settle()
				wantLines(t, db, "SELECT k, c, total FROM sums ORDER BY k", "a | 1 | 1", "b | 1 | 1", "c | 1 | 1")
			})
		})
	}
}
