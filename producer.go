package millrace

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-sql/millrace/sql/plan"
)

// feed is a producer at work in a stage.
type feed struct {
	Producer
	stream *Stream
	log    string // the stored stream it writes
}

// feed finds the streams of the producers; they run in the first stage with work.
func (s *stage) feed(g *graph) ([]feed, error) {
	if s.fed {
		return nil, nil
	}
	s.fed = true
	var out []feed
	for _, p := range s.opts.Producers {
		stream, err := s.db.FindStream(p.Stream)
		if err != nil {
			return nil, err
		}
		r, err := stream.find()
		if err != nil {
			return nil, err
		}
		if r.Connector != plan.StoredStream || r.ReadOnly {
			return nil, fmt.Errorf("stream %s takes no records: it is not a stored stream of the script", r.Name)
		}
		name := logName(&r.Relation)
		if g.open[name]++; g.open[name] == 1 {
			g.end[name] = make(chan struct{})
		}
		out = append(out, feed{p, stream, name})
	}
	return out, nil
}

// startFeeds lets the producers run; an error of one ends the stage.
func startFeeds(ctx context.Context, feeds []feed, g *graph, fail context.CancelFunc) *errgroup.Group {
	var all errgroup.Group
	for _, f := range feeds {
		all.Go(func() error {
			err := f.Run(ctx, f.stream)
			if err == nil {
				g.finished(f.log)
				return nil
			}
			if ctx.Err() == nil {
				fail()
			}
			if errors.Is(err, context.Canceled) {
				return err
			}
			return fmt.Errorf("producer of %s: %w", f.Stream, err)
		})
	}
	return &all
}
