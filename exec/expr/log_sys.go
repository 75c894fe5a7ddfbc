package expr

import (
	"bytes"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// sysLines is SYS_LOG_PARSE: a priority `<n>` may stand before the time, which one
// blank parts from the rest.
type sysLines struct{}

func (sysLines) split(c *call, text *vec, out *rawFields) {
	m := text.mask()
	for _, i := range c.sel {
		if text.isNull(i) {
			out.none(i)
			continue
		}
		line := text.text(i)
		from := priority(line)
		_, n := sysFields(line[from:])
		if n < 0 {
			out.none(i)
			continue
		}
		base := text.starts[int(i)&m]
		out.set(0, i, base+int32(from), base+int32(from+n))
		rest := from + n
		if rest < len(line) && line[rest] == ' ' {
			rest++
		}
		out.set(1, i, base+int32(rest), base+int32(len(line)))
	}
}

// priority is the length of `<n>`, 0 where there is none.
func priority(s []byte) int {
	end := bytes.IndexByte(s, '>')
	if end < 2 || end > 4 || s[0] != '<' {
		return 0
	}
	for _, c := range s[1:end] {
		if c < '0' || c > '9' {
			return 0
		}
	}
	return end + 1
}

var sysMonths = []byte("JanFebMarAprMayJunJulAugSepOctNovDec")

// sysFields is month, day, hour, minute and second of `Mon DD HH:MM:SS` and its
// length, -1 where s does not begin so. A day of one digit stands behind one blank or
// two.
func sysFields(s []byte) (f [5]int, n int) {
	if len(s) < 14 || s[3] != ' ' {
		return f, -1
	}
	month := bytes.Index(sysMonths, s[:3])
	if month < 0 || month%3 != 0 {
		return f, -1
	}
	f[0], n = month/3+1, 4
	if s[n] == ' ' {
		n++
	}
	for k, stop := range [...]byte{' ', ':', ':', 0} {
		from := n
		for n < len(s) && n < from+2 && s[n] >= '0' && s[n] <= '9' {
			f[k+1] = f[k+1]*10 + int(s[n]-'0')
			n++
		}
		if n == from || k > 0 && n < from+2 {
			return f, -1
		}
		if stop == 0 {
			break
		}
		if n == len(s) || s[n] != stop {
			return f, -1
		}
		n++
	}
	if n < len(s) && s[n] != ' ' {
		return f, -1
	}
	return f, n
}

// sysTime gives the time of a line its year: that of today, or the one before where
// that would be more than a day ahead.
type sysTime struct {
	text, today node
	out         scratch
}

func (e *sysTime) eval(c *call) *vec {
	x, today := e.text.eval(c), e.today.eval(c)
	out := e.out.reset(ints, c.n)
	e.out.mergeNulls(c.n, c.sel, x)
	for _, i := range c.sel {
		if e.out.isNull(i) {
			continue
		}
		f, _ := sysFields(x.text(i))
		now := today.ints[int(i)&today.mask()]
		year, _, _ := types.Civil(now)
		days := types.Days(year, f[0], f[1])
		if days > now+1 {
			year--
			days = types.Days(year, f[0], f[1])
		}
		if _, month, day := types.Civil(days); month != f[0] || day != f[1] || f[2] > 23 || f[3] > 59 || f[4] > 59 {
			c.fail(i, flow.CastError, quoteText(x.text(i))+" is no time of a year that it can be of")
			continue
		}
		out.ints[i] = days*int64(types.Day) + int64(f[2])*int64(types.UnitHour.Micros()) + int64(f[3])*int64(types.UnitMinute.Micros()) + int64(f[4])*int64(types.Second)
	}
	return out
}
