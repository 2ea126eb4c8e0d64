// A small HTTP service that runs tools for an agent, and guards every one of them.
//
//	POST /input  {"session": "s1", "source": "user", "content": "..."}
//	POST /tool   {"session": "s1", "tool": "send_email", "arguments": {...}, "call_id": "c1"}
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"sync"

	checkrein "github.com/checkrein/checkrein/bindings-c/go"
)

const manifest = `
[tool.read_note]
effects = ["read"]
arguments.name = { role = "query" }
returns."" = { integrity = "untrusted" }

[tool.send_email]
effects = ["send"]
arguments.to = { role = "destination", type = "email" }
arguments.body = { role = "payload" }
`

type tool func(arguments map[string]any) (string, error)

type service struct {
	guard    *checkrein.Guard
	tools    map[string]tool
	mu       sync.Mutex
	sessions map[string]*checkrein.Session
}

func newService(tools map[string]tool) (*service, error) {
	noHuman := false
	guard, err := checkrein.New(checkrein.Options{Tools: manifest, Human: &noHuman})
	if err != nil {
		return nil, err
	}
	return &service{guard: guard, tools: tools, sessions: map[string]*checkrein.Session{}}, nil
}

func (s *service) session(id string) (*checkrein.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session := s.sessions[id]; session != nil {
		return session, nil
	}
	session, err := s.guard.Session(checkrein.SessionOptions{ID: id, New: true, User: "service-user", Agent: "service"})
	if err == nil {
		s.sessions[id] = session
	}
	return session, err
}

func (s *service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /input", s.input)
	mux.HandleFunc("POST /tool", s.tool)
	return mux
}

func (s *service) input(w http.ResponseWriter, r *http.Request) {
	var request struct{ Session, Source, Content string }
	if !read(w, r, &request) {
		return
	}
	session, err := s.session(request.Session)
	if err != nil {
		fail(w, err)
		return
	}
	decision, err := session.InspectInput(r.Context(), checkrein.Input{Source: request.Source, Content: request.Content})
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, map[string]any{"outcome": decision.Outcome, "findings": len(decision.Findings)})
}

// tool authorizes, starts, runs with the decision's own arguments, and inspects the result.
func (s *service) tool(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Session   string         `json:"session"`
		Tool      string         `json:"tool"`
		Arguments map[string]any `json:"arguments"`
		CallID    string         `json:"call_id"`
	}
	if !read(w, r, &request) {
		return
	}
	run := s.tools[request.Tool]
	session, err := s.session(request.Session)
	if err != nil {
		fail(w, err)
		return
	}
	call := checkrein.Call{Tool: request.Tool, Arguments: request.Arguments, CallID: request.CallID}
	decision, err := session.AuthorizeToolCall(r.Context(), call)
	if err != nil {
		fail(w, err)
		return
	}
	if !decision.Allowed() || run == nil {
		w.WriteHeader(http.StatusForbidden)
		answer(w, map[string]any{"outcome": decision.Outcome, "message": decision.Message()})
		return
	}
	if err := session.Start(decision.ID); err != nil {
		fail(w, err)
		return
	}
	var arguments map[string]any
	if err := json.Unmarshal(decision.Arguments, &arguments); err != nil {
		fail(w, err)
		return
	}
	result, failed := run(arguments)
	if failed != nil {
		result = failed.Error()
	}
	inspected, err := session.InspectInput(r.Context(), checkrein.Input{
		Source: "tool_result", Name: request.Tool, CallID: request.CallID,
		IsError: failed != nil, Content: result,
	})
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, map[string]any{"outcome": inspected.Outcome, "result": inspected.Content})
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(into); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

// fail answers a guard that could not decide: nothing was run.
func fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	var failure *checkrein.Error
	if errors.As(err, &failure) && failure.Code != "internal/panic" {
		status = http.StatusBadRequest
	}
	http.Error(w, err.Error(), status)
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func main() {
	service, err := newService(map[string]tool{
		"read_note":  func(a map[string]any) (string, error) { return fmt.Sprintf("note %v", a["name"]), nil },
		"send_email": func(a map[string]any) (string, error) { return fmt.Sprintf("sent to %v", a["to"]), nil },
	})
	if err != nil {
		log.Fatal(err)
	}
	address := "127.0.0.1:8080"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	log.Printf("listening on %s", address)
	log.Fatal(http.ListenAndServe(address, service.routes()))
}
