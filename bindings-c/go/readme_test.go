package checkrein_test

import (
	"context"
	"fmt"
	"log"

	checkrein "github.com/checkrein/checkrein/bindings-c/go"
)

// The session of the README.
func Example_readme() {
	guard, err := checkrein.New(checkrein.Options{Tools: `
[tool.send_money]
effects = ["spend"]
arguments.recipient = { role = "destination", type = "account" }
arguments.amount = { role = "amount", type = "number" }
`})
	if err != nil {
		log.Fatal(err)
	}
	defer guard.Close()
	session, _ := guard.Session(checkrein.SessionOptions{User: "alice", Agent: "assistant"})
	ctx := context.Background()
	session.InspectInput(ctx, checkrein.Input{Source: "user", Content: "Pay 98.70 EUR to DE89370400440532013000"})
	session.InspectInput(ctx, checkrein.Input{Source: "retrieved", Content: "Our new account is GB29NWBK60161331926819"})
	for _, iban := range []string{"DE89370400440532013000", "GB29NWBK60161331926819"} {
		decision, err := session.AuthorizeToolCall(ctx, checkrein.Call{
			Tool: "send_money", Arguments: map[string]any{"recipient": iban, "amount": 98.7}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(iban, decision.Outcome) // run the tool with decision.Arguments where it is allowed
	}
	// Output:
	// DE89370400440532013000 allow
	// GB29NWBK60161331926819 ask
}
