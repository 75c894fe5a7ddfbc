package millrace

// The lake connector and the crawler join here.
import (
	"context"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
)

func (db *DB) lakeConnector() Connector                                      { return Connector{} }
func (db *DB) createCrawler(s *ast.CreateCrawler, dir string) error          { return nil }
func (db *DB) runCrawler(context.Context, *ast.RunCrawler) ([]string, error) { return nil, nil }
func relationOf(t catalog.Table) (*plan.Relation, error)                     { return nil, nil }
