package expr

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/plan"
)

func encodingKernel(e *plan.Call, args []node) node {
	of := func(apply func(dst, s []byte) ([]byte, outcome)) node {
		return &textFunc{inputs: newInputs(args), apply: func(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
			return apply(dst, v[0].text(i))
		}}
	}
	switch e.Func {
	case "MD5":
		return of(func(dst, s []byte) ([]byte, outcome) {
			sum := md5.Sum(s)
			return hex.AppendEncode(dst, sum[:]), ""
		})
	case "SHA1":
		return of(func(dst, s []byte) ([]byte, outcome) {
			sum := sha1.Sum(s)
			return hex.AppendEncode(dst, sum[:]), ""
		})
	case "SHA256":
		return of(func(dst, s []byte) ([]byte, outcome) {
			sum := sha256.Sum256(s)
			return hex.AppendEncode(dst, sum[:]), ""
		})
	case "SHA512":
		return of(func(dst, s []byte) ([]byte, outcome) {
			sum := sha512.Sum512(s)
			return hex.AppendEncode(dst, sum[:]), ""
		})
	case "TO_BASE64":
		return of(func(dst, s []byte) ([]byte, outcome) { return base64.StdEncoding.AppendEncode(dst, s), "" })
	case "FROM_BASE64":
		return of(func(dst, s []byte) ([]byte, outcome) {
			start := len(dst)
			dst, err := base64.StdEncoding.AppendDecode(dst, s)
			if err != nil {
				return dst, "FROM_BASE64 of a text that is not base64"
			}
			if !utf8.Valid(dst[start:]) {
				return dst, "FROM_BASE64 gives bytes that are no text"
			}
			return dst, ""
		})
	}
	return nil
}
