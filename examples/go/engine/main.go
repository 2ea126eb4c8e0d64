// A policy engine of the host, in Go: it stands between prepare, which gives the facts of a call, and commit,
// which decides with its answer. The strictest of that and the rules in process counts.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"

	checkrein "github.com/checkrein/checkrein/bindings-c/go"
)

const manifest = `
[tool.pay]
effects = ["spend"]
arguments.to = { role = "destination", type = "account" }
arguments.cents = { role = "amount", type = "integer" }
`

type payment struct {
	To    string `json:"to"`
	Cents int64  `json:"cents"`
}

type answer struct {
	Engine  string `json:"engine"`
	Outcome string `json:"outcome"`
	Message string `json:"message,omitempty"`
}

// An engine of the host. It may ask a server: what fails is a denial.
type engine func(payment) (answer, error)

// bank freezes accounts, and wants a second person for large amounts.
func bank(frozen map[string]bool) engine {
	return func(p payment) (answer, error) {
		switch {
		case frozen[p.To]:
			return answer{Outcome: "deny", Message: "the account is frozen"}, nil
		case p.Cents > 50_000:
			return answer{Outcome: "ask", Message: "more than 500 needs a second person"}, nil
		}
		return answer{Outcome: "allow"}, nil
	}
}

func authorize(session *checkrein.Session, decide engine, p payment) (*checkrein.Decision, error) {
	question := map[string]any{
		"verb":    "authorize_tool_call",
		"request": map[string]any{"tool": "pay", "arguments": p},
	}
	text, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	prepared, err := session.Call("prepare", text)
	if err != nil {
		return nil, err
	}
	var facts struct {
		Context json.RawMessage `json:"context"`
		Epoch   uint64          `json:"epoch"`
	}
	if err := json.Unmarshal(prepared, &facts); err != nil {
		return nil, err
	}
	said, err := decide(p)
	if err != nil {
		said = answer{Outcome: "deny", Message: "the bank gave no answer"}
	}
	said.Engine = "bank"
	// Where the session changed in between, the answer no longer counts and the call is denied.
	question["epoch"] = facts.Epoch
	question["host"] = map[string]any{"answers": []answer{said}}
	if text, err = json.Marshal(question); err != nil {
		return nil, err
	}
	decided, err := session.Call("commit", text)
	if err != nil {
		return nil, err
	}
	var decision checkrein.Decision
	return &decision, json.Unmarshal(decided, &decision)
}

func run() ([]string, error) {
	guard, err := checkrein.New(checkrein.Options{Tools: manifest})
	if err != nil {
		return nil, err
	}
	defer guard.Close()
	session, err := guard.Session(checkrein.SessionOptions{User: "alice", Agent: "desk"})
	if err != nil {
		return nil, err
	}
	defer session.Close()
	open := bank(map[string]bool{"GB29NWBK60161331926819": true})
	closed := func(payment) (answer, error) { return answer{}, errors.New("closed") }
	var said []string
	for _, step := range []struct {
		decide engine
		payment
	}{
		{open, payment{"DE89370400440532013000", 12_000}},
		{open, payment{"DE89370400440532013000", 90_000}},
		{open, payment{"GB29NWBK60161331926819", 100}},
		{closed, payment{"DE89370400440532013000", 100}},
	} {
		decision, err := authorize(session, step.decide, step.payment)
		if err != nil {
			return nil, err
		}
		why := ""
		if len(decision.Reasons) > 0 {
			why = ", " + decision.Reasons[0].Message
		}
		said = append(said, fmt.Sprintf("pay %d: %s%s", step.Cents, decision.Outcome, why))
	}
	return said, nil
}

func main() {
	said, err := run()
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range said {
		fmt.Println(line)
	}
}
