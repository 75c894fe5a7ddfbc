package shardlog

import "github.com/millrace-sql/millrace/sql/types"

// Position is a place in a shard to start reading from. The zero value is Oldest.
type Position struct {
	kind     positionKind
	sequence uint64
	time     types.Time
}

type positionKind uint8

const (
	atOldest positionKind = iota
	atLatest
	afterSequence
	atTime
)

// Oldest is the first record that the shard still holds.
func Oldest() Position { return Position{} }

// Latest is behind the newest record: only records committed later are read.
func Latest() Position { return Position{kind: atLatest} }

// After is the record that follows the sequence number; After(0) is the same as Oldest.
func After(sequence uint64) Position { return Position{kind: afterSequence, sequence: sequence} }

// At is the first record whose arrival is not below t, which may lie in the future.
func At(t types.Time) Position { return Position{kind: atTime, time: t} }
