package logformat

import "testing"

// TestW3C has lines in the formats of kda-sql.md §14.6, taken apart by hand.
func TestW3C(t *testing.T) {
	const line = `10.0.0.9 - mia [05/Feb/2020:10:00:01 +0000] "GET /x?y=1 HTTP/1.1" 200 512`
	const want = `10.0.0.9|-|mia|[05/Feb/2020:10:00:01 +0000]|GET /x?y=1 HTTP/1.1|200|512`
	for _, c := range []struct{ format, line, want string }{
		{"COMMON", line, want}, {"common", line, want}, {"COMMON", line + " x", `10.0.0.9|-|mia|[05/Feb/2020:10:00:01 +0000]|GET /x?y=1 HTTP/1.1|200|512 x`},
		{"COMMON WITH VHOST", "a.example " + line, "a.example|" + want},
		{"NCSA EXTENDED", line + ` "-" "agent \"x\" 1.0"`, want + `|-|agent \"x\" 1.0`},
		{"NCSA EXTENDED", line + ` "http://e/?q=\"a\" b" ""`, want + `|http://e/?q=\"a\" b|`},
		{"NCSA EXTENDED", line, "none"}, {"COMMON", "", "none"}, {"COMMON", "#", "none"},
		{"COMMON", `h - a b c [x] "" 404 -`, `h|-|a b c|[x]||404|-`}, {"COMMON", `h - - [x] "\x16\x03\"" - -`, `h|-|-|[x]|\x16\x03\"|NULL|-`},
		{"REFERER", "http://a ---> /b", "http://a|/b"}, {"AGENT", "curl", "curl"}, {"AGENT", "", ""},
		{"IIS", "2020-02-05 10:00:01 10.0.0.1 GET /x y=1 443 - 10.0.0.9 curl/7 - 200 0 0 15", "2020-02-05|10:00:01|10.0.0.1|GET|/x|y=1|443|-|10.0.0.9|curl/7|-|200|0|0|15"},
		{"IIS", "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip a b c d e f", "none"},
		{"[%t] %h", "[05/Feb] a", "05/Feb|a"}, {"%t%h", "[05/Feb]a", "[05/Feb]|a"}, {"%h%t", "a[05/Feb]", "a|[05/Feb]"}, {"%h %t", "a [05/Feb", "none"},
		{"%[%H:%M]t;%{Referer}i", "10:00;x", "10:00|x"}, {"100%% %B", "100% 7", "7"}, {"%B", "-", "NULL"}, {"%b", "-", "-"},
		{"%!200,304[Referer]i|%404,500s|%<s|%>s", "-|404|1|2", "-|404|1|2"}, {"%[tid]P %P", "1 2", "1|2"},
		{"%m %U%q %H", "GET /x?y=1 HTTP/1.1", "GET|/x|?y=1|HTTP/1.1"}, {"%m %U%q %H", "GET /x HTTP/1.1", "GET|/x||HTTP/1.1"}, {"%U%q", "/x?y", "/x|?y"}, {"%U%q", "/x", "/x|"},
		{"%h ü %u", "é ü ß", "é|ß"},
	} {
		f, err := CompileW3C(c.format)
		if err != nil {
			t.Errorf("%s: %v", c.format, err)
			continue
		}
		spans := make([]int32, 2*f.Fields())
		got := "none"
		if f.Match([]byte(c.line), spans) {
			got = fields(c.line, spans)
		}
		if got != c.want {
			t.Errorf("%s on %s = %q, want %q", c.format, c.line, got, c.want)
		}
	}
}

func TestW3CRejects(t *testing.T) {
	for format, want := range map[string]string{
		"": "the format has no specifier, so there is no field", "abc 100%%": "the format has no specifier, so there is no field",
		"%h%u": "nothing stands between specifiers 1 and 2", "%z": "%z is no specifier", "%": "% has no letter", "%200": "%200 has no letter",
		"%[a": "%[ has no ]", "%[a]h": "%[a]h has no name", "%i": "%i needs a name: %[name]i", "%[x]P": "%[x]P: the name is pid or tid", "%ü": "%ü is no specifier",
	} {
		if _, err := CompileW3C(format); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", format, err, want)
		}
	}
}
