package checkrein_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	checkrein "github.com/checkrein/checkrein/bindings-c/go"
)

type caller interface {
	Call(method string, request []byte) ([]byte, error)
}

// Walks the compiled conformance lines: every answer byte for byte.
func TestConformance(t *testing.T) {
	suites, _ := filepath.Glob("../../conformance/lines/*.tsv")
	if len(suites) == 0 {
		t.Fatal("no conformance lines")
	}
	for _, suite := range suites {
		file, err := os.Open(suite)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		scanner := bufio.NewScanner(file)
		scanner.Buffer(nil, 64<<20)
		var id string
		made := map[string]any{}
		for scanner.Scan() {
			line := scanner.Text()
			if name, ok := strings.CutPrefix(line, "# "); ok {
				id, made = name, map[string]any{}
				continue
			}
			fields := strings.Split(line, "\t")
			code, want, answer, err := walk(made, fields)
			is := "ok"
			var failure *checkrein.Error
			if errors.As(err, &failure) {
				is = failure.Code
			} else if err != nil {
				is = err.Error()
			}
			if is != code || (code == "ok" && answer != want) {
				t.Errorf("%s: %s\n wanted %s %s\n is     %s %s", id, fields[0], code, want, is, answer)
			}
		}
	}
}

func walk(made map[string]any, f []string) (code, want, answer string, err error) {
	at := func(i int) string {
		if i < len(f) {
			return f[i]
		}
		return ""
	}
	switch f[0] {
	case "guard":
		made[f[1]], err = checkrein.NewJSON([]byte(f[2]))
		return f[3], "", "", err
	case "session":
		made[f[1]], err = made[f[2]].(*checkrein.Guard).SessionJSON([]byte(f[3]))
		return f[4], "", "", err
	case "spawn":
		var request struct{ Agent, Goal string }
		_ = json.Unmarshal([]byte(f[3]), &request)
		made[f[1]], err = made[f[2]].(*checkrein.Session).Spawn(request.Agent, request.Goal)
		return f[4], "", "", err
	case "approver":
		made[f[1]], err = checkrein.NewApprover(made[f[2]].(*checkrein.Guard))
		return "ok", "", "", err
	case "stream":
		var request checkrein.Output
		_ = json.Unmarshal([]byte(f[3]), &request)
		made[f[1]], err = made[f[2]].(*checkrein.Session).OutputStream(request.Kind, request.Audience)
		return f[4], "", "", err
	case "call_stream":
		var request struct {
			Tool   string `json:"tool"`
			CallID string `json:"call_id"`
		}
		_ = json.Unmarshal([]byte(f[3]), &request)
		made[f[1]], err = made[f[2]].(*checkrein.Session).CallStream(request.Tool, request.CallID)
		return f[4], "", "", err
	case "push":
		chunk, _ := hex.DecodeString(f[2])
		if stream, ok := made[f[1]].(*checkrein.OutputStream); ok {
			given, err := stream.PushJSON(chunk)
			return f[3], at(4), string(given), err
		}
		return f[3], at(4), "null", made[f[1]].(*checkrein.CallStream).Push(chunk)
	case "finish":
		if stream, ok := made[f[1]].(*checkrein.OutputStream); ok {
			given, err := stream.FinishJSON()
			return f[2], at(3), string(given), err
		}
		decision, err := made[f[1]].(*checkrein.CallStream).Finish()
		if err != nil {
			return f[2], at(3), "", err
		}
		return f[2], at(3), decision.JSON(), nil
	}
	if f[4] == "typed" {
		if answer, err, known := typed(made[f[1]], f[2], f[3]); known {
			if err != nil {
				return f[5], at(6), "", err
			}
			return f[5], at(6), answer.JSON(), nil
		}
	}
	given, err := made[f[1]].(caller).Call(f[2], []byte(f[3]))
	return f[5], at(6), string(given), err
}

type answered interface{ JSON() string }

// The verbs through the typed interface, where a request fits it.
func typed(on any, method, request string) (answered, error, bool) {
	session, ok := on.(*checkrein.Session)
	if !ok {
		return nil, nil, false
	}
	ctx := context.Background()
	decoder := json.NewDecoder(strings.NewReader(request))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	switch method {
	case "inspect_input":
		var input checkrein.Input
		if decoder.Decode(&input) != nil || input.Content == nil {
			return nil, nil, false
		}
		decision, err := session.InspectInput(ctx, input)
		return decision, err, true
	case "authorize_tool_call":
		var call checkrein.Call
		if decoder.Decode(&call) != nil {
			return nil, nil, false
		}
		decision, err := session.AuthorizeToolCall(ctx, call)
		return decision, err, true
	case "derive":
		var derived checkrein.Derived
		if decoder.Decode(&derived) != nil {
			return nil, nil, false
		}
		decision, err := session.Derive(ctx, derived)
		return decision, err, true
	case "authorize_plan":
		var plan struct{ Calls []checkrein.Call }
		if decoder.Decode(&plan) != nil {
			return nil, nil, false
		}
		decision, err := session.AuthorizePlan(ctx, plan.Calls)
		return decision, err, true
	case "inspect_output":
		var output checkrein.Output
		if decoder.Decode(&output) != nil {
			return nil, nil, false
		}
		decision, err := session.InspectOutput(ctx, output)
		return decision, err, true
	}
	return nil, nil, false
}
