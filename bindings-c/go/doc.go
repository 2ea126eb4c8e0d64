// Package checkrein is runtime security for AI agents, in process.
//
// Three verbs sit where an agent can be steered or do harm: [Session.InspectInput] (everything
// that enters the model's context), [Session.AuthorizeToolCall] (every action before it happens)
// and [Session.InspectOutput] (everything that leaves).
//
// A refusal is a [Decision], not an error. Errors are for misuse by the caller; compare them with
// [errors.Is] and the sentinels of this package, or by [Error.Code].
//
// The package links libcheckrein (static or shared). `cargo xtask package` installs it to a
// prefix; point CGO_CFLAGS and CGO_LDFLAGS there.
package checkrein
