package checkrein

import (
	"encoding/json"
	"strconv"
	"strings"
)

// reader reads JSON that the library wrote, in one pass and without reflection: texts without
// escapes are parts of the whole. What it does not expect sets bad, and reads as nothing.
type reader struct {
	text string
	at   int
	bad  bool
}

// next is the byte that comes; 0 at the end.
func (r *reader) next() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	r.bad = true
	return 0
}

func (r *reader) take(literal string) bool {
	if !strings.HasPrefix(r.text[r.at:], literal) {
		return false
	}
	r.at += len(literal)
	return true
}

func (r *reader) need(literal string) {
	if !r.take(literal) {
		r.bad = true
	}
}

// null takes a null, where there is one.
func (r *reader) null() bool { return r.take("null") }

// object calls field with each key; field reads its value.
func (r *reader) object(field func(key string)) {
	r.need("{")
	if r.take("}") {
		return
	}
	for !r.bad {
		key := r.string()
		r.need(":")
		field(key)
		if !r.take(",") {
			r.need("}")
			return
		}
	}
}

// list calls item before each item, which reads it.
func (r *reader) list(item func()) {
	r.need("[")
	if r.take("]") {
		return
	}
	for !r.bad {
		item()
		if !r.take(",") {
			r.need("]")
			return
		}
	}
}

func (r *reader) string() string {
	start := r.at
	if r.next() != '"' {
		r.bad = true
		return ""
	}
	if !r.skipString() && !r.bad {
		return r.text[start+1 : r.at-1]
	}
	var unescaped string
	if r.bad || json.Unmarshal([]byte(r.text[start:r.at]), &unescaped) != nil {
		r.bad = true
	}
	return unescaped
}

// skipString goes behind the string that begins here, and says whether it must be unescaped.
func (r *reader) skipString() (escaped bool) {
	r.at++
	end := r.quote(r.at)
	for !r.bad {
		escape := strings.IndexByte(r.text[r.at:end], '\\')
		if escape < 0 {
			r.at = end + 1
			return escaped
		}
		escaped = true
		if r.at += escape + 2; r.at > end {
			end = r.quote(r.at)
		}
	}
	return true
}

// quote is where the next quote stands, from a place on.
func (r *reader) quote(from int) int {
	end := -1
	if from <= len(r.text) {
		end = strings.IndexByte(r.text[from:], '"')
	}
	if end < 0 {
		r.at, r.bad = len(r.text), true
		return r.at
	}
	return from + end
}

func (r *reader) number() int64 {
	start := r.at
	for r.at < len(r.text) && (r.text[r.at] == '-' || '0' <= r.text[r.at] && r.text[r.at] <= '9') {
		r.at++
	}
	number, err := strconv.ParseInt(r.text[start:r.at], 10, 64)
	r.bad = r.bad || err != nil
	return number
}

func (r *reader) bool() bool {
	if r.take("true") {
		return true
	}
	r.need("false")
	return false
}

// strings reads a list of texts.
func (r *reader) strings() []string {
	texts := []string{}
	r.list(func() { texts = append(texts, r.string()) })
	return texts
}

// raw is the value that comes, as it stands.
func (r *reader) raw() string {
	start, depth := r.at, 0
	for {
		switch r.next() {
		case '"':
			r.skipString()
		case '{', '[':
			depth++
			r.at++
		case '}', ']':
			depth--
			r.at++
		case ',', ':':
			r.at++
		default:
			r.skipScalar()
		}
		if r.bad || depth <= 0 {
			return r.text[start:r.at]
		}
	}
}

func (r *reader) skipScalar() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ',', ']', '}':
			return
		}
		r.at++
	}
}

// message is raw for a field that the host keeps; nil for null.
func (r *reader) message() json.RawMessage {
	if r.null() {
		return nil
	}
	return json.RawMessage(r.raw())
}

// end says whether all was read, and as expected.
func (r *reader) end() error {
	if r.bad || r.at != len(r.text) {
		return &Error{Code: "internal/panic", Message: "an answer could not be read"}
	}
	return nil
}

// decision reads decision JSON v1.
func (r *reader) decision() *Decision {
	d := &Decision{}
	start := r.at
	r.object(func(key string) {
		switch key {
		case "id":
			// Hosts keep it for long: not the whole text with it.
			d.ID = strings.Clone(r.string())
		case "verb":
			d.Verb = r.string()
		case "outcome":
			d.Outcome = Outcome(r.string())
		case "would_be":
			if !r.null() {
				outcome := Outcome(r.string())
				d.WouldBe = &outcome
			}
		case "mode":
			d.Mode = r.string()
		case "session":
			d.Session = strings.Clone(r.string())
		case "call_id":
			if !r.null() {
				id := strings.Clone(r.string())
				d.CallID = &id
			}
		case "content":
			d.Content = r.message()
		case "arguments":
			d.Arguments = r.message()
		case "reasons":
			d.Reasons = []Reason{}
			r.list(func() { d.Reasons = append(d.Reasons, r.reason()) })
		case "findings":
			d.Findings = []Finding{}
			r.list(func() { d.Findings = append(d.Findings, r.finding()) })
		case "provenance":
			d.Provenance = []Provenance{}
			r.list(func() { d.Provenance = append(d.Provenance, r.provenance()) })
		case "obligations":
			d.Obligations = []Obligation{}
			r.list(func() { d.Obligations = append(d.Obligations, r.obligation()) })
		case "approval":
			if !r.null() {
				d.Approval = r.approval()
			}
		case "error":
			if !r.null() {
				d.Error = r.undecided()
			}
		default:
			r.raw()
		}
	})
	d.text = r.text[start:r.at]
	return d
}

func (r *reader) reason() (reason Reason) {
	r.object(func(key string) {
		switch key {
		case "rule":
			reason.Rule = r.string()
		case "policy":
			reason.Policy = r.string()
		case "message":
			reason.Message = r.string()
		case "threats":
			reason.Threats = r.strings()
		default:
			r.raw()
		}
	})
	return reason
}

func (r *reader) finding() (finding Finding) {
	r.object(func(key string) {
		switch key {
		case "rule":
			finding.Rule = r.string()
		case "category":
			finding.Category = r.string()
		case "severity":
			finding.Severity = r.string()
		case "score":
			finding.Score = int(r.number())
		case "path":
			finding.Path = r.string()
		case "start":
			finding.Start = int(r.number())
		case "end":
			finding.End = int(r.number())
		case "through":
			finding.Through = r.strings()
		case "threats":
			finding.Threats = r.strings()
		default:
			r.raw()
		}
	})
	return finding
}

func (r *reader) provenance() (place Provenance) {
	r.object(func(key string) {
		switch key {
		case "argument":
			place.Argument = r.string()
		case "role":
			place.Role = r.string()
		case "integrity":
			place.Integrity = r.string()
		case "confidentiality":
			place.Confidentiality = r.string()
		case "match":
			place.Match = r.string()
		case "linked":
			place.Linked = r.bool()
		case "granted":
			place.Granted = r.bool()
		case "flagged":
			place.Flagged = r.bool()
		case "sources":
			place.Sources = []Origin{}
			r.list(func() { place.Sources = append(place.Sources, r.origin()) })
		default:
			r.raw()
		}
	})
	return place
}

func (r *reader) origin() (origin Origin) {
	r.object(func(key string) {
		switch key {
		case "id":
			origin.ID = r.string()
		case "path":
			origin.Path = r.string()
		case "start":
			origin.Start = int(r.number())
		case "end":
			origin.End = int(r.number())
		default:
			r.raw()
		}
	})
	return origin
}

func (r *reader) obligation() (obligation Obligation) {
	r.object(func(key string) {
		switch key {
		case "id":
			obligation.ID = r.string()
		case "params":
			obligation.Params = json.RawMessage(r.raw())
		default:
			r.raw()
		}
	})
	return obligation
}

func (r *reader) approval() *PendingApproval {
	approval := &PendingApproval{}
	r.object(func(key string) {
		switch key {
		case "id":
			approval.ID = r.string()
		case "digest":
			approval.Digest = r.string()
		case "expires_at":
			approval.ExpiresAt = r.number()
		case "text":
			approval.Text = r.string()
		default:
			r.raw()
		}
	})
	return approval
}

func (r *reader) undecided() *Undecided {
	fault := &Undecided{}
	r.object(func(key string) {
		switch key {
		case "code":
			fault.Code = r.string()
		case "message":
			fault.Message = r.string()
		default:
			r.raw()
		}
	})
	return fault
}
