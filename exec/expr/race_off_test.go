//go:build !race

package expr

// raced tells that the race detector is on.
const raced = false
