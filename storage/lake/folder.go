package lake

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// nullFolder stands for NULL in the name of a partition's folder, as in Hive.
const nullFolder = "__HIVE_DEFAULT_PARTITION__"

// Names of files and folders have at most this many bytes on common file systems.
const maxFolderName = 255

// PartitionValue is the value of a partition column as a folder's name gives it. Text is decoded, and empty for NULL.
type PartitionValue struct {
	Key  string // lower case
	Text string
	Null bool
}

// Raw is the value as the catalog keeps it: the decoded text, or __HIVE_DEFAULT_PARTITION__ for NULL.
func (v PartitionValue) Raw() string {
	if v.Null {
		return nullFolder
	}
	return v.Text
}

// ParseFolder reads a folder's name of the form key=value. ok is false for any other name and for hidden ones. Only NULL
// and percent-encoding are special; what cannot be decoded stands for itself.
func ParseFolder(name string) (v PartitionValue, ok bool) {
	key, raw, found := strings.Cut(name, "=")
	if !found || key == "" || hidden(name) {
		return PartitionValue{}, false
	}
	v.Key = strings.ToLower(unescape(key))
	if raw == nullFolder {
		v.Null = true
		return v, true
	}
	v.Text = unescape(raw)
	return v, true
}

// ParseFolders reads the partition values from the folders of a path relative to its table's location; folders that are
// none are passed over.
func ParseFolders(path string) []PartitionValue {
	var out []PartitionValue
	parts := strings.Split(path, "/")
	for _, name := range parts[:len(parts)-1] {
		if v, ok := ParseFolder(name); ok {
			out = append(out, v)
		}
	}
	return out
}

// hidden names are passed over by all Hive-like readers.
func hidden(name string) bool { return name != "" && (name[0] == '_' || name[0] == '.') }

// folderName is the folder of one value. Errors: ErrPartitionValue.
func folderName(v PartitionValue) (string, error) {
	key := escape(v.Key)
	if hidden(key) {
		// Readers pass over folders whose name starts like this.
		key = fmt.Sprintf("%%%02X%s", key[0], key[1:])
	}
	value := nullFolder
	if !v.Null {
		value = escape(v.Text)
		if value == nullFolder {
			value = "%5F" + value[1:]
		}
	}
	name := key + "=" + value
	if len(name) > maxFolderName {
		return "", fmt.Errorf("%w: the folder of column %s would have a name of %d bytes, %d are possible",
			ErrPartitionValue, v.Key, len(name), maxFolderName)
	}
	return name, nil
}

// The characters that Hive encodes in folder names, besides control characters.
const escaped = "\"#%'*/:=?\\{}[]^\x7f"

func escape(s string) string {
	var b strings.Builder
	for i, r := range s {
		// Bytes that are no text cannot stand in a commit record.
		invalid := r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError))
		if c := s[i]; c < 0x20 || invalid || strings.IndexByte(escaped, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(c))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}
