package millrace

import (
	"bufio"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/millrace-sql/millrace"

// packageMap reads the map of doc.go: package -> level.
func packageMap(t *testing.T) map[string]int {
	f, err := os.Open("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	levels := map[string]int{}
	for s := bufio.NewScanner(f); s.Scan(); {
		fields := strings.Fields(strings.TrimPrefix(s.Text(), "//"))
		if len(fields) < 3 || !strings.HasPrefix(s.Text(), "//\t") {
			continue
		}
		if level, err := strconv.Atoi(fields[0]); err == nil {
			levels[fields[1]] = level
		}
	}
	return levels
}

// goPackages is the packages of the tree and what their product files import.
func goPackages(t *testing.T) map[string]map[string][]string {
	out := map[string]map[string][]string{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && strings.HasPrefix(d.Name(), ".") || d.IsDir() && d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if _, err := os.Stat(filepath.Join(name, "go.mod")); d.IsDir() && name != "." && err == nil {
			return filepath.SkipDir // a module of its own: bench/oracle
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		pkg := filepath.ToSlash(filepath.Dir(name))
		if out[pkg] == nil {
			out[pkg] = map[string][]string{}
		}
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			out[pkg][name] = append(out[pkg][name], p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPackageMap holds the map of doc.go against the tree, both ways.
func TestPackageMap(t *testing.T) {
	levels, tree := packageMap(t), goPackages(t)
	for pkg := range tree {
		if _, ok := levels[pkg]; !ok {
			t.Errorf("package %s is not in the map of doc.go", pkg)
		}
	}
	for pkg := range levels {
		if tree[pkg] == nil {
			t.Errorf("the map of doc.go names %s, which does not exist", pkg)
		}
	}
}

// TestImportLaw: a package imports only packages of lower levels; storage and
// exec never meet; each outside system has one door.
func TestImportLaw(t *testing.T) {
	levels := packageMap(t)
	only := map[string]string{
		"github.com/xwb1989/sqlparser":           "sql/parse",
		"github.com/dgraph-io/badger/v4":         "storage/kv",
		"github.com/parquet-go/parquet-go":       "storage/lake",
		"github.com/apache/arrow/go/v17/parquet": "nowhere",
	}
	for pkg, files := range goPackages(t) {
		for file, imports := range files {
			for _, imp := range imports {
				for prefix, home := range only {
					if strings.HasPrefix(imp, prefix) && pkg != home {
						t.Errorf("%s imports %s, which is for %s", file, imp, home)
					}
				}
				own, ok := strings.CutPrefix(imp, modulePath)
				if !ok {
					continue
				}
				target := path.Clean("./" + own)
				if levels[target] >= levels[pkg] {
					t.Errorf("%s (level %d) imports %s (level %d)", file, levels[pkg], target, levels[target])
				}
				if stack(pkg) == "storage" && stack(target) == "exec" || stack(pkg) == "exec" && stack(target) == "storage" {
					t.Errorf("%s: storage and exec must not know each other, it imports %s", file, target)
				}
			}
		}
	}
}

func stack(pkg string) string { return strings.Split(pkg, "/")[0] }

// TestPureOperators: the packages that must be state machines import nothing that
// acts. One file may lock: a snapshot is read on another goroutine while the
// operator goes on.
func TestPureOperators(t *testing.T) {
	pure := map[string]bool{"exec/op": true, "exec/agg": true, "exec/window": true, "exec/expr": true}
	acting := map[string]bool{"time": true, "os": true, "log": true, "log/slog": true, "sync": true, "sync/atomic": true, "net": true, "math/rand": true}
	for pkg, files := range goPackages(t) {
		if !pure[pkg] {
			continue
		}
		for file, imports := range files {
			for _, imp := range imports {
				if acting[imp] && file != "exec/agg/freeze.go" {
					t.Errorf("%s imports %s", file, imp)
				}
			}
		}
	}
}
