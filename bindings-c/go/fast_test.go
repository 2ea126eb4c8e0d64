package checkrein

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// What the writer writes is what encoding/json would write, or it leaves it to that.
func TestTheWriterWritesWhatEncodingJSONDoes(t *testing.T) {
	type named string
	texts := []string{"", "a\"b\\c\n\t\x00\x1f", "ü 😀 \u2028 </script>"}
	values := []any{
		nil, true, 1, int64(-9007199254740991), 1.5, 1e300, 1e-9, -0.0, json.Number("12"), named("x"),
		map[string]any(nil), []any(nil), map[string]any{}, []any{}, []string{"a"}, &texts[1],
		map[string]any{"a\"": []any{1, "b", map[string]any{"c": nil}}, "": 2.25},
		struct{ A, B int }{1, 2}, map[string]int{"n": 1}, json.RawMessage(`{"r":[1]}`), uint8(3),
	}
	for _, text := range texts {
		values = append(values, text)
	}
	for _, value := range values {
		for _, same := range []any{
			Input{Content: value, Source: "user", CallID: "c\"", IsError: true},
			Call{Tool: "t", Arguments: value, Trace: "x"},
			Output{Content: value, Kind: "plan", Audience: texts},
			Output{Content: value},
		} {
			var written []byte
			var err error
			switch request := same.(type) {
			case Input:
				written, err = request.encode()
			case Call:
				written, err = request.encode()
			case Output:
				written, err = request.encode()
			}
			want, failed := json.Marshal(same)
			if err != nil || failed != nil {
				t.Fatal(err, failed)
			}
			var a, b any
			if json.Unmarshal(written, &a) != nil || json.Unmarshal(want, &b) != nil || !reflect.DeepEqual(a, b) {
				t.Errorf("%s is not %s", written, want)
			}
		}
	}
}

const decided = `{"v":1,"id":"i-1","verb":"authorize_tool_call","outcome":"ask","would_be":"deny","mode":"monitor",` +
	`"session":"s","call_id":"c\u0001\"","content":{"a":["]}\\\"",{}],"b":-1.5e3},"arguments":null,` +
	`"reasons":[{"rule":"r","policy":"p","message":"m\n","threats":["a","b"]}],` +
	`"findings":[{"rule":"r","category":"c","severity":"low","score":980,"path":"/a\\","start":1,"end":22,` +
	`"through":["base64"],"threats":[]}],"provenance":[{"argument":"/a","role":"payload","integrity":"user",` +
	`"confidentiality":"private","match":"exact","linked":true,"granted":false,"flagged":true,` +
	`"sources":[{"id":"s0","path":"","start":4,"end":7}]}],"obligations":[{"id":"o","params":{"x":null}}],` +
	`"approval":{"id":"a","digest":"d","expires_at":1764000000000,"text":"t"},"controls":{"due":["x"],"ran":[]},` +
	`"bundle":{"name":"b","revision":0,"hash":"h","tools":"t"},"error":{"code":"a/b","message":"m"},"later":[1,[2]]}`

func TestTheReaderReadsWhatEncodingJSONDoes(t *testing.T) {
	for _, text := range []string{decided, strings.ReplaceAll(decided, `"c\u0001\""`, "null")} {
		read, err := newDecision(text)
		if err != nil {
			t.Fatal(err)
		}
		want := &Decision{text: text}
		if err := json.Unmarshal([]byte(text), want); err != nil {
			t.Fatal(err)
		}
		want.Arguments = nil
		if !reflect.DeepEqual(read, want) {
			t.Errorf("%+v is not %+v", read, want)
		}
	}
}

func TestTheReaderRefusesWhatIsCutOff(t *testing.T) {
	for end := range len(decided) {
		if _, err := newDecision(decided[:end]); err == nil {
			t.Errorf("read %s", decided[:end])
		}
	}
}
