# Rules at a decision point of the organisation: the same for every agent, wherever it runs.
#
#     opa run --server --addr 127.0.0.1:8181 agents.rego
package agents

import rego.v1

default decision := {"allow": false, "reasons": ["no rule of the organisation permits this"]}

cents := input.context.input.cents

is_clerk if "clerks" in input.subject.properties.groups

decision := {"allow": true} if "read" in input.context.tool.effects

decision := {"allow": true} if {
	input.resource.id == "pay"
	is_clerk
	cents <= 50000
}

decision := {"allow": false, "outcome": "ask", "reasons": ["more than 500 needs a second person"]} if {
	input.resource.id == "pay"
	is_clerk
	cents > 50000
	cents <= 1000000
}
