package plan

import "github.com/millrace-sql/millrace/sql/types"

// encodingFunctions is Flink's hashes and encodings.
var encodingFunctions = []*Function{
	{
		Name: "MD5", Min: 1, Max: 1, Types: gives(types.VarcharOf(32), aText),
		Usage: "MD5(s)", Doc: "the MD5 hash of the bytes in hexadecimal digits", Examples: []Example{{"MD5('')", "d41d8cd98f00b204e9800998ecf8427e"}},
	},
	{
		Name: "SHA1", Min: 1, Max: 1, Types: gives(types.VarcharOf(40), aText),
		Usage: "SHA1(s)", Doc: "the SHA-1 hash", Examples: []Example{{"SHA1('abc')", "a9993e364706816aba3e25717850c26c9cd0d89d"}},
	},
	{
		Name: "SHA256", Min: 1, Max: 1, Types: gives(types.VarcharOf(64), aText),
		Usage: "SHA256(s)", Doc: "the SHA-256 hash", Examples: []Example{{"SHA256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}},
	},
	{
		Name: "SHA512", Min: 1, Max: 1, Types: gives(types.VarcharOf(128), aText),
		Usage: "SHA512(s)", Doc: "the SHA-512 hash", Examples: []Example{{"LEFT(SHA512('abc'), 16)", "ddaf35a193617aba"}},
	},
	{
		Name: "TO_BASE64", Min: 1, Max: 1, Types: gives(types.VarcharOf(0), aText),
		Usage: "TO_BASE64(s)", Doc: "the bytes in base64", Examples: []Example{{"TO_BASE64('hello')", "aGVsbG8="}},
	},
	{
		Name: "FROM_BASE64", Min: 1, Max: 1, Types: anyText,
		Usage: "FROM_BASE64(s)", Doc: "the string whose bytes are in base64", Examples: []Example{{"FROM_BASE64('aGVsbG8=')", "hello"}},
	},
}
