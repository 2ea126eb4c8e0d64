// The rows of `cargo xtask bench` in Go: one line of JSON each. The first argument is the folder
// of words.txt; `--quick` runs a twentieth.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	checkrein "github.com/checkrein/checkrein/bindings-c/go"
)

const (
	aSession      = 200
	aLargeSession = 20
	asked         = "Pay 120 EUR to DE89370400440532013000 for the March invoice."
)

var (
	ctx   = context.Background()
	words []string
	quick bool
)

func main() {
	quick = slices.Contains(os.Args, "--quick")
	data, err := os.ReadFile(filepath.Join(os.Args[1], "words.txt"))
	must(err)
	words = strings.Fields(string(data))
	say(map[string]any{"language": "go", "texts": mark()})
	texts := several(200, 1000)
	// First, while nothing is built yet: its `first_ns` is what a process pays.
	firstDecision(texts)
	guard := made(checkrein.Options{})
	request := []byte(`{"id":"bench"}`)
	short("noop_call", 100, func() {
		_, err := guard.Call("cover", request)
		must(err)
	})
	inspect("inspect_1k", 4000, "user", texts, aSession)
	inspect("inspect_10k", 1000, "retrieved", several(200, 10_000), aSession)
	inspect("inspect_100k", 200, "retrieved", several(20, 100_000), aLargeSession)
	for _, policies := range []int{10, 1000, 10_000} {
		authorize(policies, texts[0])
	}
	redact(texts)
	stream(texts)
}

func must(err error) {
	check(err == nil, err)
}

func check(good bool, what any) {
	if !good {
		fmt.Fprintln(os.Stderr, what)
		os.Exit(1)
	}
}

func say(value any) {
	line, err := json.Marshal(value)
	must(err)
	fmt.Println(string(line))
}

// text is size bytes of sentences, the same in every language.
func text(seed uint32, size int) string {
	state := seed
	below := func(limit int) int {
		state = state*1_664_525 + 1_013_904_223
		return int(state>>16) % limit
	}
	var out strings.Builder
	for sentences := 1; out.Len() < size; sentences++ {
		for place := range 6 + below(9) {
			word := words[below(len(words))]
			if place == 0 {
				word = strings.ToUpper(word[:1]) + word[1:]
			} else {
				out.WriteByte(' ')
			}
			out.WriteString(word)
		}
		if sentences%5 == 0 {
			out.WriteString(".\n\n")
		} else {
			out.WriteString(". ")
		}
	}
	return out.String()[:size]
}

func several(count, size int) []string {
	texts := make([]string, count)
	for seed := range texts {
		texts[seed] = text(uint32(seed), size)
	}
	return texts
}

// mark is FNV-1a, which all languages must print alike.
func mark() uint32 {
	state := uint32(2_166_136_261)
	for _, letter := range []byte(text(7, 1000)) {
		state = (state ^ uint32(letter)) * 16_777_619
	}
	return state
}

// row measures sample n times after a tenth as many warm-ups; it times only what counts.
func row(name string, n int, sample func(int) time.Duration) {
	if quick {
		n = max(3, n/20)
	}
	warm := n/10 + 1
	var first time.Duration
	samples := make([]time.Duration, 0, n)
	for i := range warm + n {
		took := sample(i)
		if i == 0 {
			first = took
		}
		if i >= warm {
			samples = append(samples, took)
		}
	}
	slices.Sort(samples)
	at := func(part int) int64 { return samples[(n-1)*part/100].Nanoseconds() }
	say(map[string]any{
		"row": name, "language": "go", "n": n,
		"p50_ns": at(50), "p99_ns": at(99), "first_ns": first.Nanoseconds(),
	})
}

// short is the same for work too short for a clock: each sample is the mean of a thousand.
func short(name string, n int, work func()) {
	row(name, n, func(int) time.Duration {
		began := time.Now()
		for range 1000 {
			work()
		}
		return time.Since(began) / 1000
	})
}

// fresh is a session that is replaced now and then. The old one is closed, outside of what is timed.
func fresh(every int, open func() *checkrein.Session) func(int) *checkrein.Session {
	var session *checkrein.Session
	return func(i int) *checkrein.Session {
		if i%every == 0 {
			if session != nil {
				must(session.Close())
			}
			session = open()
		}
		return session
	}
}

func made(options checkrein.Options) *checkrein.Guard {
	guard, err := checkrein.New(options)
	must(err)
	return guard
}

func opened(guard *checkrein.Guard) *checkrein.Session {
	session, err := guard.Session(checkrein.SessionOptions{User: "alice", Agent: "desk"})
	must(err)
	return session
}

// arguments of call i: each of a session's has a purpose of its own, for the same is taken for a loop.
func arguments(i int) map[string]any {
	part := string([]rune{rune('a' + i/26%26), rune('a' + i%26)})
	purpose := "March invoice, part " + part
	return map[string]any{"recipient": "DE89370400440532013000", "amount": 120, "purpose": purpose}
}

// payments is a guard with this many user policies, two for each tool.
func payments(policies int) *checkrein.Guard {
	var tools, policy strings.Builder
	for tool := range policies / 2 {
		fmt.Fprintf(&tools, "[tool.pay_%d]\n"+
			"effects = [\"spend\"]\n"+
			"arguments.recipient = { role = \"destination\", type = \"account\" }\n"+
			"arguments.amount = { role = \"amount\", type = \"integer\" }\n"+
			"arguments.purpose = { role = \"payload\" }\n", tool)
		fmt.Fprintf(&policy, "@id(\"bench/%[1]d/small\")\n"+
			"permit (principal, action == Action::\"pay_%[1]d\", resource)\n"+
			"when { context.input.amount <= 1000 };\n"+
			"@id(\"bench/%[1]d/large\")\n"+
			"@outcome(\"ask\")\n"+
			"@reason(\"a large payment\")\n"+
			"forbid (principal, action == Action::\"pay_%[1]d\", resource)\n"+
			"when { context.input.amount > 500 && context.flow.destination.rank < 4 };\n", tool)
	}
	return made(checkrein.Options{Tools: tools.String(), Policy: policy.String()})
}

func firstDecision(texts []string) {
	row("first_decision", 60, func(i int) time.Duration {
		input := checkrein.Input{Content: texts[i%len(texts)], Source: "user"}
		began := time.Now()
		guard := made(checkrein.Options{})
		decision, err := opened(guard).InspectInput(ctx, input)
		took := time.Since(began)
		must(err)
		check(decision.Outcome == checkrein.Allow, decision.JSON())
		return took
	})
}

func inspect(name string, n int, source string, texts []string, every int) {
	guard := made(checkrein.Options{})
	session := fresh(every, func() *checkrein.Session { return opened(guard) })
	row(name, n, func(i int) time.Duration {
		here := session(i)
		input := checkrein.Input{Content: texts[i%len(texts)], Source: source}
		began := time.Now()
		decision, err := here.InspectInput(ctx, input)
		took := time.Since(began)
		must(err)
		check(decision.Outcome == checkrein.Allow, decision.JSON())
		return took
	})
}

func authorize(policies int, document string) {
	guard := payments(policies)
	session := fresh(aSession, func() *checkrein.Session {
		here := opened(guard)
		said := checkrein.Input{Content: asked, Source: "user"}
		read := checkrein.Input{Content: document, Source: "retrieved"}
		for _, input := range []checkrein.Input{said, read} {
			decision, err := here.InspectInput(ctx, input)
			must(err)
			check(decision.Outcome == checkrein.Allow, decision.JSON())
		}
		return here
	})
	row(fmt.Sprintf("authorize_%d", policies), 4000, func(i int) time.Duration {
		here, id := session(i), fmt.Sprintf("call-%d", i)
		call := checkrein.Call{Tool: "pay_0", Arguments: arguments(i), CallID: id}
		began := time.Now()
		decision, err := here.AuthorizeToolCall(ctx, call)
		took := time.Since(began)
		must(err)
		check(decision.Outcome == checkrein.Allow, decision.JSON())
		must(here.ReportResult(id, true))
		return took
	})
}

func redact(texts []string) {
	guard := made(checkrein.Options{Policy: "@id(\"bench/mask\")\n@obligation(\"redact:personal\")\n" +
		"permit (principal, action == Action::\"verb:output\", resource);\n"})
	session := fresh(aSession, func() *checkrein.Session { return opened(guard) })
	// Put together here, so that no scanner takes them for real.
	items := []string{
		"anna.berg@example.org",
		strings.Join([]string{"4111", "1111", "1111", "1111"}, " "),
		"DE89370400440532013000",
		strings.Join([]string{"ghp_", "a1B2c3D4e5F6g7H8i9J0", "k1L2m3N4o5P6q7R8"}, ""),
	}
	tail := " See " + strings.Join(items, ", ") + "."
	row("redact_1k", 4000, func(i int) time.Duration {
		plain := texts[i%len(texts)]
		output := checkrein.Output{Content: plain[:len(plain)-len(tail)] + tail}
		here := session(i)
		began := time.Now()
		decision, err := here.InspectOutput(ctx, output)
		took := time.Since(began)
		must(err)
		check(decision.Outcome == checkrein.Modify, decision.JSON())
		for _, item := range items {
			check(!strings.Contains(string(decision.Content), item), item+" was not masked")
		}
		return took
	})
}

func stream(texts []string) {
	guard := made(checkrein.Options{})
	session := fresh(aSession, func() *checkrein.Session { return opened(guard) })
	row("stream_1k", 2000, func(i int) time.Duration {
		here, given := session(i), texts[i%len(texts)]
		var out strings.Builder
		began := time.Now()
		stream, err := here.OutputStream("", nil)
		must(err)
		for chunk := range slices.Chunk([]byte(given), (len(given)+15)/16) {
			part, err := stream.Push(chunk)
			must(err)
			out.WriteString(part.Text)
		}
		rest, decision, err := stream.Finish()
		took := time.Since(began)
		must(err)
		must(stream.Close())
		out.WriteString(rest)
		check(decision.Outcome == checkrein.Allow && out.String() == given, "the stream changed the text")
		return took
	})
}
