package checkrein

import "fmt"

// Error is the caller's misuse, or a configuration that cannot be loaded.
type Error struct {
	// Code is stable: area/fault.
	Code string `json:"code"`
	// Message is for people.
	Message string `json:"message"`
	// Context holds facts: a file, a line, a limit, a JSON pointer.
	Context map[string]string `json:"context"`
}

// Error gives code and message.
func (e *Error) Error() string {
	if at := e.Context["at"]; at != "" {
		return fmt.Sprintf("checkrein: %s: %s (at %s)", e.Code, e.Message, at)
	}
	return fmt.Sprintf("checkrein: %s: %s", e.Code, e.Message)
}

// Is compares codes, so that errors.Is works with the sentinels.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Code == e.Code
}

// Sentinels for errors.Is; every other code can be compared by Error.Code, or with Kind.
var (
	ErrClosed          = Kind("misuse/closed")
	ErrArgument        = Kind("misuse/argument")
	ErrType            = Kind("misuse/type")
	ErrDuplicateKey    = Kind("value/duplicate_key")
	ErrNumber          = Kind("value/number")
	ErrUTF8            = Kind("value/utf8")
	ErrStopped         = Kind("session/stopped")
	ErrPoisoned        = Kind("session/poisoned")
	ErrStale           = Kind("decision/stale")
	ErrApprovalUnknown = Kind("approval/unknown")
	ErrApprovalDigest  = Kind("approval/digest")
	ErrApprovalExpired = Kind("approval/expired")
	ErrApprovalUsed    = Kind("approval/used")
)

// Kind is an error to compare with: errors.Is(err, checkrein.Kind("limit/text")).
func Kind(code string) error { return &Error{Code: code} }
