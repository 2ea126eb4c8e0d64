package checkrein

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// plainDepth is how deep values are written here; encode judges those that are deeper.
const plainDepth = 32

// writer writes requests without reflection, as far as they are made of Go's plain types. What it
// does not know sets other: then encode writes it all, or says what is wrong and where.
type writer struct {
	out   []byte
	other bool
}

// request gives what was written, or what encode gives for the same.
func (w *writer) request(same any) ([]byte, error) {
	if w.other {
		return encode(same)
	}
	return append(w.out, '}'), nil
}

// field writes a text that is left out where it is empty. Keys are plain.
func (w *writer) field(key, text string) {
	if text != "" {
		w.key(key)
		w.string(text)
	}
}

func (w *writer) key(key string) {
	if len(w.out) > 1 {
		w.out = append(w.out, ',')
	}
	w.out = append(w.out, '"')
	w.out = append(w.out, key...)
	w.out = append(w.out, '"', ':')
}

func (w *writer) string(text string) {
	if !utf8.ValidString(text) {
		w.other = true
		return
	}
	w.out = append(w.out, '"')
	from := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		w.out = append(w.out, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			w.out = append(w.out, '\\', c)
		case '\n':
			w.out = append(w.out, '\\', 'n')
		default:
			const digits = "0123456789abcdef"
			w.out = append(w.out, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	w.out = append(w.out, text[from:]...)
	w.out = append(w.out, '"')
}

func (w *writer) value(value any, depth int) {
	if depth > plainDepth {
		w.other = true
	}
	if w.other {
		return
	}
	switch value := value.(type) {
	case nil:
		w.out = append(w.out, "null"...)
	case bool:
		w.out = strconv.AppendBool(w.out, value)
	case string:
		w.string(value)
	case int:
		w.out = strconv.AppendInt(w.out, int64(value), 10)
	case int64:
		w.out = strconv.AppendInt(w.out, value, 10)
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			w.other = true
			return
		}
		w.out = strconv.AppendFloat(w.out, value, 'g', -1, 64)
	case map[string]any:
		if value == nil {
			w.out = append(w.out, "null"...)
			return
		}
		w.object(value, depth)
	case []any:
		if value == nil {
			w.out = append(w.out, "null"...)
			return
		}
		w.out = append(w.out, '[')
		for i, item := range value {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.value(item, depth+1)
		}
		w.out = append(w.out, ']')
	default:
		w.other = true
	}
}

// object writes entries as they come: the library sorts them.
func (w *writer) object(entries map[string]any, depth int) {
	w.out = append(w.out, '{')
	first := true
	for key, item := range entries {
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		w.string(key)
		w.out = append(w.out, ':')
		w.value(item, depth+1)
	}
	w.out = append(w.out, '}')
}

// fresh is a writer with room for a request as most are, beside a content that is text.
func fresh(content any) writer {
	text, _ := content.(string)
	out := make([]byte, 1, 256+len(text)+len(text)/16)
	out[0] = '{'
	return writer{out: out}
}

func (input *Input) encode() ([]byte, error) {
	w := fresh(input.Content)
	w.field("source", input.Source)
	w.field("name", input.Name)
	w.field("uri", input.URI)
	w.field("call_id", input.CallID)
	if input.IsError {
		w.key("is_error")
		w.value(true, 0)
	}
	w.field("trace", input.Trace)
	w.field("envelope", input.Envelope)
	w.key("content")
	w.value(input.Content, 0)
	return w.request(*input)
}

func (call *Call) encode() ([]byte, error) {
	w := fresh(nil)
	w.key("tool")
	w.string(call.Tool)
	w.key("arguments")
	w.value(call.Arguments, 0)
	w.field("call_id", call.CallID)
	w.field("trace", call.Trace)
	return w.request(*call)
}

func (output *Output) encode() ([]byte, error) {
	w := fresh(output.Content)
	w.key("content")
	w.value(output.Content, 0)
	w.said(output.Kind, output.Audience)
	w.field("trace", output.Trace)
	return w.request(*output)
}

// said writes what an output is for, and who reads it.
func (w *writer) said(kind string, audience []string) {
	w.field("kind", kind)
	if len(audience) == 0 {
		return
	}
	w.key("audience")
	for i, reader := range audience {
		w.out = append(w.out, [2]byte{'[', ','}[min(i, 1)])
		w.string(reader)
	}
	w.out = append(w.out, ']')
}
