package checkrein

import (
	"context"
	"encoding/json"
)

// Sealed says for what and for whom a content leaves.
type Sealed struct {
	Content any `json:"content"`
	// Purpose is memory (where nothing is said), message or result.
	Purpose string `json:"purpose,omitempty"`
	// Audience are the agents that may open it; any of the tenant where none are named.
	Audience []string `json:"audience,omitempty"`
	// Readers are the users who may read what is private in it.
	Readers []string `json:"readers,omitempty"`
	// ExpiresS is for how many seconds; for ever for a memory, ten minutes else, where it is nil.
	ExpiresS *uint32 `json:"expires_s,omitempty"`
}

// Derived is a text that a model made of what the session read.
type Derived struct {
	Text string `json:"text"`
	// Sources are ids of sources; all that was read where it is nil.
	Sources []string `json:"sources,omitempty"`
	Name    string   `json:"name,omitempty"`
	Trace   string   `json:"trace,omitempty"`
}

// PlanDecision is what a plan is answered with: a decision a call, and one approval for all that
// ask. Nothing may run by it.
type PlanDecision struct {
	ID        string
	Outcome   Outcome
	Decisions []*Decision
	Approval  *PendingApproval

	text string
}

// JSON is plan JSON v1, byte-identical in every language.
func (p *PlanDecision) JSON() string { return p.text }

// Seal gives an envelope for a content that leaves for memory or another agent: JSON text, to be
// kept beside the content and given back as Input.Envelope.
func (s *Session) Seal(sealed Sealed) (string, error) {
	var envelope string
	err := ask(s.Call, "seal", sealed, &envelope)
	return envelope, err
}

// Derive takes a text that a model made. It is worth what its sources are worth together, and
// never more than the model's own words.
func (s *Session) Derive(ctx context.Context, derived Derived) (*Decision, error) {
	answer, err := s.asked(ctx, "derive", derived)
	if err != nil {
		return nil, err
	}
	return newDecision(string(answer))
}

// AuthorizePlan decides the calls of a plan as they stand now, with one question for all that ask.
// Authorize each call when it comes.
func (s *Session) AuthorizePlan(ctx context.Context, calls []Call) (*PlanDecision, error) {
	answer, err := s.asked(ctx, "authorize_plan", map[string]any{"calls": calls})
	if err != nil {
		return nil, err
	}
	var read struct {
		ID        string            `json:"id"`
		Outcome   Outcome           `json:"outcome"`
		Decisions []json.RawMessage `json:"decisions"`
		Approval  *PendingApproval  `json:"approval"`
	}
	if err := json.Unmarshal(answer, &read); err != nil {
		return nil, err
	}
	plan := &PlanDecision{ID: read.ID, Outcome: read.Outcome, Approval: read.Approval, text: string(answer)}
	for _, text := range read.Decisions {
		decision, err := newDecision(string(text))
		if err != nil {
			return nil, err
		}
		plan.Decisions = append(plan.Decisions, decision)
	}
	return plan, nil
}

// asked calls a method of the JSON interface, unless nobody waits for it.
func (s *Session) asked(ctx context.Context, method string, request any) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	text, err := encode(request)
	if err != nil {
		return nil, err
	}
	return s.Call(method, text)
}
