package checkrein

import (
	"encoding/json"
	"strings"
)

// Outcome is what the host does.
type Outcome string

// The outcomes; the stricter wins.
const (
	Allow  Outcome = "allow"
	Modify Outcome = "modify"
	Ask    Outcome = "ask"
	Deny   Outcome = "deny"
)

// Decision is what a verb answers. Spans are bytes.
type Decision struct {
	ID          string           `json:"id"`
	Verb        string           `json:"verb"`
	Outcome     Outcome          `json:"outcome"`
	WouldBe     *Outcome         `json:"would_be"`
	Mode        string           `json:"mode"`
	Session     string           `json:"session"`
	CallID      *string          `json:"call_id"`
	Content     json.RawMessage  `json:"content"`
	Arguments   json.RawMessage  `json:"arguments"`
	Reasons     []Reason         `json:"reasons"`
	Findings    []Finding        `json:"findings"`
	Provenance  []Provenance     `json:"provenance"`
	Obligations []Obligation     `json:"obligations"`
	Approval    *PendingApproval `json:"approval"`
	Error       *Undecided       `json:"error"`

	text string
}

// Reason is one rule's part in a decision.
type Reason struct {
	Rule    string   `json:"rule"`
	Policy  string   `json:"policy"`
	Message string   `json:"message"`
	Threats []string `json:"threats"`
}

// Finding is one detector's observation.
type Finding struct {
	Rule     string   `json:"rule"`
	Category string   `json:"category"`
	Severity string   `json:"severity"`
	Score    int      `json:"score"`
	Path     string   `json:"path"`
	Start    int      `json:"start"`
	End      int      `json:"end"`
	Through  []string `json:"through"`
	Threats  []string `json:"threats"`
}

// Provenance says where one argument came from.
type Provenance struct {
	Argument        string   `json:"argument"`
	Role            string   `json:"role"`
	Integrity       string   `json:"integrity"`
	Confidentiality string   `json:"confidentiality"`
	Match           string   `json:"match"`
	Linked          bool     `json:"linked"`
	Granted         bool     `json:"granted"`
	Flagged         bool     `json:"flagged"`
	Sources         []Origin `json:"sources"`
}

// Origin is one place that a value can have come from.
type Origin struct {
	ID    string `json:"id"`
	Path  string `json:"path"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Obligation is a duty the host must carry out.
type Obligation struct {
	ID     string          `json:"id"`
	Params json.RawMessage `json:"params"`
}

// PendingApproval is what an ask waits for.
type PendingApproval struct {
	ID        string `json:"id"`
	Digest    string `json:"digest"`
	ExpiresAt int64  `json:"expires_at"`
	Text      string `json:"text"`
}

// Undecided says what kept the verb from deciding.
type Undecided struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Allowed says whether the host may go on.
func (d *Decision) Allowed() bool { return d.Outcome == Allow || d.Outcome == Modify }

// JSON is decision JSON v1, byte-identical in every language.
func (d *Decision) JSON() string { return d.text }

// Message joins what the reasons say: safe to show the model.
func (d *Decision) Message() string {
	messages := make([]string, 0, len(d.Reasons))
	for _, reason := range d.Reasons {
		messages = append(messages, reason.Message)
	}
	return strings.Join(messages, "; ")
}

func newDecision(answer string) (*Decision, error) {
	r := reader{text: answer}
	decision := r.decision()
	if err := r.end(); err != nil {
		return nil, err
	}
	return decision, nil
}
