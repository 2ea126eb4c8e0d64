package checkrein

/*
#include <checkrein.h>
*/
import "C"

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"time"
)

// Guard is the object a host holds: the policy enforcement point's front door. It is shared by all
// goroutines.
type Guard struct{ native *handle[*C.checkrein_guard] }

var _ io.Closer = (*Guard)(nil)

// Options of a guard. The zero value is the embedded defaults.
type Options struct {
	// Bundle is a directory or a signed archive.
	Bundle      string         `json:"bundle,omitempty"`
	Audit       string         `json:"audit,omitempty"`
	Keys        string         `json:"keys,omitempty"`
	Durability  string         `json:"durability,omitempty"`
	Profile     string         `json:"profile,omitempty"`
	Mode        string         `json:"mode,omitempty"`
	Human       *bool          `json:"human,omitempty"`
	Obligations []string       `json:"obligations,omitempty"`
	Limits      map[string]int `json:"limits,omitempty"`
	Tools       string         `json:"tools,omitempty"`
	Policy      string         `json:"policy,omitempty"`
	Detectors   []string       `json:"detectors,omitempty"`
	Testing     *Testing       `json:"testing,omitempty"`
	// EnvelopeKeys are shared with other guards; the first one seals.
	EnvelopeKeys []EnvelopeKey `json:"envelope_keys,omitempty"`
	// Trust are keys that a bundle must be signed with, one of them: name+id+base64.
	Trust []string `json:"trust,omitempty"`
	// State is a directory that keeps the last good bundle and the newest revisions.
	State string `json:"state,omitempty"`
	// Layers are laid over Bundle, each over those before it.
	Layers []string `json:"-"`
	// UnsureDetectors are due only where the built-in detectors are unsure.
	UnsureDetectors []string `json:"unsure_detectors,omitempty"`
	// Unsure says between which scores they are, low and high, where no bundle says.
	Unsure []int `json:"unsure,omitempty"`
}

// EnvelopeKey is a key that guards share: 64 hexadecimal digits, and the best that its envelopes
// can say: untrusted, peer (where nothing is said), trusted.
type EnvelopeKey struct {
	Key   string `json:"key"`
	Trust string `json:"trust,omitempty"`
}

// Testing injects a clock and a seed; the audit log says so.
type Testing struct {
	TimeMS int64  `json:"time_ms"`
	Seed   uint64 `json:"seed"`
}

// New makes a guard.
func New(options Options) (*Guard, error) {
	// The wire has one name for both: a text, or a list with the base first.
	given := struct {
		Options
		Bundle any `json:"bundle,omitempty"`
	}{Options: options}
	switch {
	case len(options.Layers) > 0:
		given.Bundle = append([]string{options.Bundle}, options.Layers...)
	case options.Bundle != "":
		given.Bundle = options.Bundle
	}
	request, err := encode(given)
	if err != nil {
		return nil, err
	}
	return NewJSON(request)
}

// NewJSON makes a guard from options as JSON text.
func NewJSON(options []byte) (*Guard, error) {
	var native *C.checkrein_guard
	var out C.checkrein_bytes
	data, length := view(options)
	if _, err := take(C.checkrein_guard_new(data, length, &native, &out), &out); err != nil {
		return nil, err
	}
	free := func(guard *C.checkrein_guard) { C.checkrein_guard_free(guard) }
	return &Guard{newHandle(native, free)}, nil
}

// Close ends the guard: its log is closed, and every later call fails with ErrClosed.
func (g *Guard) Close() error {
	_, err := g.Call("close", nil)
	g.native.close()
	return err
}

// Call is the JSON interface: a method by name, its request and its answer as JSON text.
func (g *Guard) Call(method string, request []byte) ([]byte, error) {
	return inBytes(g.native.with(func(guard *C.checkrein_guard) (string, error) {
		var out C.checkrein_bytes
		data, length := view(request)
		return take(C.checkrein_guard_call(guard, named(method), data, length, &out), &out)
	}))
}

// RegisterTools registers MCP, OpenAI or JSON Schema descriptors.
func (g *Guard) RegisterTools(tools any, server string) ([]RegisteredTool, error) {
	var registered []RegisteredTool
	return registered, g.ask("register_tools", map[string]any{"tools": tools, "server": server}, &registered)
}

// RegisteredTool is a tool with its state.
type RegisteredTool struct {
	ID         string   `json:"id"`
	Descriptor string   `json:"descriptor"`
	Effects    []string `json:"effects"`
	Quarantine *string  `json:"quarantine"`
	Findings   []string `json:"findings"`
}

// Stop stops a tenant, agent, session, tool or user from the next call on.
func (g *Guard) Stop(scope, id, reason, by string) error {
	request := map[string]any{"scope": scope, "id": id, "reason": reason, "by": by}
	return g.ask("stop", request, nil)
}

// Lift lifts a stop, and says whether there was one.
func (g *Guard) Lift(scope, id string) (lifted bool, err error) {
	return lifted, g.ask("lift", map[string]any{"scope": scope, "id": id}, &lifted)
}

// StopFor is Stop for one tenant alone.
func (g *Guard) StopFor(tenant, scope, id, reason, by string) error {
	request := map[string]any{"tenant": tenant, "scope": scope, "id": id, "reason": reason, "by": by}
	return g.ask("stop", request, nil)
}

// LiftFor lifts what StopFor stopped, and says whether there was such a stop.
func (g *Guard) LiftFor(tenant, scope, id string) (lifted bool, err error) {
	request := map[string]any{"tenant": tenant, "scope": scope, "id": id}
	return lifted, g.ask("lift", request, &lifted)
}

// Check is the result of one canary of SelfTest.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// SelfTest drives a canary through each verb.
func (g *Guard) SelfTest() ([]Check, error) {
	var checks []Check
	return checks, g.ask("self_test", nil, &checks)
}

// Status says how the guard is.
func (g *Guard) Status() (map[string]any, error) {
	var status map[string]any
	return status, g.ask("status", nil, &status)
}

// Reload puts the bundle in force anew, whole, and says whether it is another one. It reads it
// again, or takes a signed archive that the host got by its own means. One that is bad is refused:
// the old one stays, and Status and the audit log say why.
func (g *Guard) Reload(archive []byte) (changed bool, err error) {
	request := map[string]any{}
	if archive != nil {
		request["archive"] = base64.StdEncoding.EncodeToString(archive)
	}
	return changed, g.ask("reload", request, &changed)
}

// Watch starts to look at the bundle, on a thread of the guard's own. A change is taken at the
// second look.
func (g *Guard) Watch(interval time.Duration) error {
	return g.ask("watch", map[string]any{"interval_ms": interval.Milliseconds()}, nil)
}

// Unwatch ends a watch, and says whether there was one.
func (g *Guard) Unwatch() (was bool, err error) {
	return was, g.ask("unwatch", nil, &was)
}

// Inventory lists every tool, who owns it, and when it was last used.
func (g *Guard) Inventory() ([]map[string]any, error) {
	var tools []map[string]any
	return tools, g.ask("inventory", nil, &tools)
}

// Sync writes everything that waits, with a checkpoint.
func (g *Guard) Sync() error { return g.ask("sync", nil, nil) }

func (g *Guard) ask(method string, request, answer any) error {
	return ask(g.Call, method, request, answer)
}

// ask encodes a request, calls, and decodes the answer.
func ask(call func(string, []byte) ([]byte, error), method string, request, answer any) error {
	var text []byte
	if request != nil {
		var err error
		if text, err = encode(request); err != nil {
			return err
		}
	}
	given, err := call(method, text)
	if err != nil || answer == nil {
		return err
	}
	return json.Unmarshal(given, answer)
}

// Approver is the human's side of an ask. Keep it away from the agent's side.
type Approver struct {
	native *handle[*C.checkrein_approver]
}

// NewApprover makes an approver of a guard.
func NewApprover(guard *Guard) (*Approver, error) {
	var native *C.checkrein_approver
	_, err := guard.native.with(func(guard *C.checkrein_guard) (string, error) {
		var out C.checkrein_bytes
		return take(C.checkrein_approver_new(guard, &native, &out), &out)
	})
	if err != nil {
		return nil, err
	}
	free := func(approver *C.checkrein_approver) { C.checkrein_approver_free(approver) }
	return &Approver{newHandle(native, free)}, nil
}

// Close frees the approver.
func (a *Approver) Close() error {
	a.native.close()
	return nil
}

// Call is the JSON interface.
func (a *Approver) Call(method string, request []byte) ([]byte, error) {
	return inBytes(a.native.with(func(approver *C.checkrein_approver) (string, error) {
		var out C.checkrein_bytes
		data, length := view(request)
		return take(C.checkrein_approver_call(approver, named(method), data, length, &out), &out)
	}))
}

// Approve says yes to exactly what was shown.
func (a *Approver) Approve(id, digest, approver string) error {
	return ask(a.Call, "approve", map[string]any{"id": id, "digest": digest, "approver": approver}, nil)
}

// Refuse says no.
func (a *Approver) Refuse(id, digest, approver string) error {
	return ask(a.Call, "refuse", map[string]any{"id": id, "digest": digest, "approver": approver}, nil)
}
