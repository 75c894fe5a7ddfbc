// Package ast holds the statements and expressions of the SQL dialect as plain values.
//
// In: sql/parse builds the nodes, one tree per statement. Out: sql/plan reads them, and String
// prints canonical SQL, which the catalog stores and compares: keywords in upper case, one space
// between tokens, identifiers always in double quotes in their stored form, strings re-quoted, no
// redundant parentheses. Printing a tree, parsing the text and printing again gives the same text.
//
// The package never resolves a name, never checks a type and never knows a function: a tree is what was
// written, with the spelling variants of one construct folded together (DEC and DECIMAL, != and <>).
//
// Units: Pos.Offset counts bytes from 0, Pos.Line and Pos.Col count from 1, Col in Unicode code points.
//
// Concurrency: nodes are not changed once sql/parse has returned them, so they may be read from any number of
// goroutines. Nodes hold strings that share memory with the parsed text.
package ast
