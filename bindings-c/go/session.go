package checkrein

/*
#include <checkrein.h>
*/
import "C"

import "context"

// Session is one agent run. It is shared by goroutines and holds its guard.
type Session struct{ native *handle[*C.checkrein_session] }

// SessionOptions say who acts.
type SessionOptions struct {
	// User is an id, or a *User.
	User         any    `json:"user,omitempty"`
	Agent        string `json:"agent,omitempty"`
	AgentVersion string `json:"agent_version,omitempty"`
	Tenant       string `json:"tenant,omitempty"`
	Goal         string `json:"goal,omitempty"`
	ID           string `json:"id,omitempty"`
	New          bool   `json:"new,omitempty"`
}

// User is all that is known of a user.
type User struct {
	ID       string              `json:"id"`
	Known    map[string][]string `json:"known,omitempty"`
	Groups   []string            `json:"groups,omitempty"`
	Claims   map[string]any      `json:"claims,omitempty"`
	Verified bool                `json:"verified,omitempty"`
	Trust    string              `json:"trust,omitempty"`
}

// Input says where content came from.
type Input struct {
	// Source is user, system, tool_result, retrieved, memory, agent_message...
	Source  string `json:"source,omitempty"`
	Name    string `json:"name,omitempty"`
	URI     string `json:"uri,omitempty"`
	CallID  string `json:"call_id,omitempty"`
	IsError bool   `json:"is_error,omitempty"`
	Trace   string `json:"trace,omitempty"`
	Content any    `json:"content"`
	// Envelope is what Seal gave when the content left for memory or another agent.
	Envelope string `json:"envelope,omitempty"`
}

// Call is one tool call.
type Call struct {
	Tool      string `json:"tool"`
	Arguments any    `json:"arguments"`
	CallID    string `json:"call_id,omitempty"`
	Trace     string `json:"trace,omitempty"`
}

// Output is what is about to leave.
type Output struct {
	Content  any      `json:"content"`
	Kind     string   `json:"kind,omitempty"`
	Audience []string `json:"audience,omitempty"`
	Trace    string   `json:"trace,omitempty"`
}

// Session opens a session.
func (g *Guard) Session(options SessionOptions) (*Session, error) {
	request, err := encode(options)
	if err != nil {
		return nil, err
	}
	return g.SessionJSON(request)
}

// SessionJSON opens a session with options as JSON text.
func (g *Guard) SessionJSON(options []byte) (*Session, error) {
	var native *C.checkrein_session
	_, err := g.native.with(func(guard *C.checkrein_guard) (string, error) {
		var out C.checkrein_bytes
		data, length := view(options)
		return take(C.checkrein_session_new(guard, data, length, &native, &out), &out)
	})
	return session(native, err)
}

// Spawn opens a sub-agent's session.
func (s *Session) Spawn(agent, goal string) (*Session, error) {
	request := map[string]any{"agent": agent}
	if goal != "" {
		request["goal"] = goal
	}
	text, err := encode(request)
	if err != nil {
		return nil, err
	}
	var native *C.checkrein_session
	_, err = s.native.with(func(parent *C.checkrein_session) (string, error) {
		var out C.checkrein_bytes
		data, length := view(text)
		return take(C.checkrein_spawn(parent, data, length, &native, &out), &out)
	})
	return session(native, err)
}

func session(native *C.checkrein_session, err error) (*Session, error) {
	if err != nil {
		return nil, err
	}
	free := func(session *C.checkrein_session) { C.checkrein_session_free(session) }
	return &Session{newHandle(native, free)}, nil
}

// InspectInput inspects what is about to enter the model's context.
func (s *Session) InspectInput(ctx context.Context, input Input) (*Decision, error) {
	request, err := input.encode()
	return s.decide(ctx, err, func(session *C.checkrein_session, out *C.checkrein_bytes) C.int32_t {
		data, length := view(request)
		return C.checkrein_inspect_input(session, data, length, out)
	})
}

// AuthorizeToolCall decides whether the agent may do this. Execute the decision's Arguments.
func (s *Session) AuthorizeToolCall(ctx context.Context, call Call) (*Decision, error) {
	request, err := call.encode()
	return s.decide(ctx, err, func(session *C.checkrein_session, out *C.checkrein_bytes) C.int32_t {
		data, length := view(request)
		return C.checkrein_authorize_tool_call(session, data, length, out)
	})
}

// InspectOutput inspects what is about to leave.
func (s *Session) InspectOutput(ctx context.Context, output Output) (*Decision, error) {
	request, err := output.encode()
	return s.decide(ctx, err, func(session *C.checkrein_session, out *C.checkrein_bytes) C.int32_t {
		data, length := view(request)
		return C.checkrein_inspect_output(session, data, length, out)
	})
}

// Start marks an allowed call as begun: once, while the decision is fresh.
func (s *Session) Start(decision string) error {
	return ask(s.Call, "start", map[string]any{"decision": decision}, nil)
}

// ReportResult says what became of an allowed call.
func (s *Session) ReportResult(callID string, ok bool) error {
	return ask(s.Call, "report_result", map[string]any{"call_id": callID, "ok": ok}, nil)
}

// Close ends the session: its state is forgotten, its pending approvals are void.
func (s *Session) Close() error {
	_, err := s.Call("close", nil)
	s.native.close()
	return err
}

// Call is the JSON interface: a method by name, its request and its answer as JSON text.
func (s *Session) Call(method string, request []byte) ([]byte, error) {
	return inBytes(s.native.with(func(session *C.checkrein_session) (string, error) {
		var out C.checkrein_bytes
		data, length := view(request)
		return take(C.checkrein_session_call(session, named(method), data, length, &out), &out)
	}))
}

// decide asks for a decision, unless the request could not be written or nobody waits for it.
func (s *Session) decide(
	ctx context.Context,
	err error,
	verb func(*C.checkrein_session, *C.checkrein_bytes) C.int32_t,
) (*Decision, error) {
	if ended := ctx.Err(); ended != nil {
		return nil, ended
	}
	if err != nil {
		return nil, err
	}
	answer, err := s.native.with(func(session *C.checkrein_session) (string, error) {
		var out C.checkrein_bytes
		return take(verb(session, &out), &out)
	})
	if err != nil {
		return nil, err
	}
	return newDecision(answer)
}
