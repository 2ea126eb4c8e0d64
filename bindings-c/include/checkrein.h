/*
 * libcheckrein: runtime security for AI agents.
 *
 * Requests and answers are JSON in UTF-8, as pointer and length. Every call fills its `out` and
 * gives a status: 0, or the number of an error whose JSON {"code", "message", "context"} stands in
 * `out`. Free every filled `out` with checkrein_bytes_free. Handles are freed with their own free
 * function; a guard may be freed before its sessions. Guards, sessions and approvers are shared by
 * threads; a stream belongs to one thread at a time.
 *
 * Generated from the Rust sources by `cargo xtask generate`; do not edit.
 */

#ifndef CHECKREIN_H
#define CHECKREIN_H

#include <stddef.h>
#include <stdint.h>

// An approver of a guard: freed with `checkrein_approver_free`.
typedef struct checkrein_approver checkrein_approver;

// A call whose arguments arrive piece by piece: freed with `checkrein_call_stream_free`.
typedef struct checkrein_call_stream checkrein_call_stream;

// A guard: shared by threads, freed with `checkrein_guard_free`.
typedef struct checkrein_guard checkrein_guard;

// An answer that leaves piece by piece: freed with `checkrein_output_stream_free`.
typedef struct checkrein_output_stream checkrein_output_stream;

// A session: shared by threads, freed with `checkrein_session_free`. Keeps its guard alive.
typedef struct checkrein_session checkrein_session;

// Bytes owned by the library. Give them back with `checkrein_bytes_free`, once.
//
// `data` is NULL where `len` is 0. There is no NUL at the end.
typedef struct {
  // First byte.
  uint8_t *data;
  // How many.
  size_t len;
} checkrein_bytes;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Makes an approver of `guard`.
//
// # Safety
// The handle is NULL or live; `approver` is writable; `out` is NULL or writable, and is always
// filled.
int32_t checkrein_approver_new(const checkrein_guard *guard,
                               checkrein_approver **approver,
                               checkrein_bytes *out);

// Frees an approver. NULL is fine.
//
// # Safety
// `approver` is NULL, or was given by this library and not freed.
void checkrein_approver_free(checkrein_approver *approver);

// Frees bytes that a call filled, and empties them. NULL and empty bytes are fine.
//
// # Safety
// `bytes` is NULL, or points to bytes that this library filled and nobody freed.
void checkrein_bytes_free(checkrein_bytes *bytes);

// Makes a guard from JSON options (`{}` or NULL for the embedded defaults).
//
// # Safety
// `options` is NULL with `len` 0 or points to `len` readable bytes; `guard` is writable; `out`
// is NULL or writable, and is always filled.
int32_t checkrein_guard_new(const uint8_t *options,
                            size_t len,
                            checkrein_guard **guard,
                            checkrein_bytes *out);

// Frees a guard. Its sessions stay usable. NULL is fine.
//
// # Safety
// `guard` is NULL, or was given by `checkrein_guard_new` and not freed.
void checkrein_guard_free(checkrein_guard *guard);

// Opens a session with JSON options.
//
// # Safety
// The handle is NULL or live; `options` is NULL with `len` 0 or points to `len` readable bytes;
// `session` is writable; `out` is NULL or writable, and is always filled.
int32_t checkrein_session_new(const checkrein_guard *guard,
                              const uint8_t *options,
                              size_t len,
                              checkrein_session **session,
                              checkrein_bytes *out);

// Opens a sub-agent's session: `{"agent", "goal"}`.
//
// # Safety
// As `checkrein_session_new`.
int32_t checkrein_spawn(const checkrein_session *parent,
                        const uint8_t *request,
                        size_t len,
                        checkrein_session **session,
                        checkrein_bytes *out);

// The session's id, as a JSON string.
//
// # Safety
// The handle is NULL or live; `out` is NULL or writable, and is always filled.
int32_t checkrein_session_id(const checkrein_session *session, checkrein_bytes *out);

// Frees a session handle. The session itself lives on in its guard. NULL is fine.
//
// # Safety
// `session` is NULL, or was given by this library and not freed.
void checkrein_session_free(checkrein_session *session);

// The library's version, as text that lives for ever.
const char *checkrein_version(void);

// How many error kinds there are: statuses run from 1 to this.
int32_t checkrein_status_count(void);

// The stable code of a status (`value/duplicate_key`), written to `code` (at most `len` bytes
// with the closing NUL). Gives the length of the whole code, 0 for 0 and unknown statuses.
//
// # Safety
// `code` is NULL with `len` 0, or points to `len` writable bytes.
size_t checkrein_status_code(int32_t status, char *code, size_t len);

// Opens a stream for an answer: `{"kind", "audience"}`.
//
// # Safety
// The handle is NULL or live; `request` is NULL with `len` 0 or points to `len` readable bytes;
// `stream` is writable; `out` is NULL or writable, and is always filled.
int32_t checkrein_output_stream_new(const checkrein_session *session,
                                    const uint8_t *request,
                                    size_t len,
                                    checkrein_output_stream **stream,
                                    checkrein_bytes *out);

// Takes the next bytes; answers `{"text", "denied"}`: `text` may go out at once.
//
// # Safety
// The handle is NULL or live and used by one thread; `chunk` is NULL with `len` 0 or points to
// `len` readable bytes; `out` is NULL or writable, and is always filled.
int32_t checkrein_output_stream_push(checkrein_output_stream *stream,
                                     const uint8_t *chunk,
                                     size_t len,
                                     checkrein_bytes *out);

// Ends the stream; answers `{"tail", "decision"}`.
//
// # Safety
// As `checkrein_output_stream_push`.
int32_t checkrein_output_stream_finish(checkrein_output_stream *stream, checkrein_bytes *out);

// Frees a stream. NULL is fine.
//
// # Safety
// `stream` is NULL, or was given by this library and not freed.
void checkrein_output_stream_free(checkrein_output_stream *stream);

// Opens a stream for a call's arguments: `{"tool", "call_id"}`.
//
// # Safety
// As `checkrein_output_stream_new`.
int32_t checkrein_call_stream_new(const checkrein_session *session,
                                  const uint8_t *request,
                                  size_t len,
                                  checkrein_call_stream **stream,
                                  checkrein_bytes *out);

// Takes the next bytes of the arguments' JSON.
//
// # Safety
// As `checkrein_output_stream_push`.
int32_t checkrein_call_stream_push(checkrein_call_stream *stream,
                                   const uint8_t *delta,
                                   size_t len,
                                   checkrein_bytes *out);

// Authorizes the whole call; answers decision JSON v1.
//
// # Safety
// As `checkrein_output_stream_push`.
int32_t checkrein_call_stream_finish(checkrein_call_stream *stream, checkrein_bytes *out);

// Frees a stream. NULL is fine.
//
// # Safety
// `stream` is NULL, or was given by this library and not freed.
void checkrein_call_stream_free(checkrein_call_stream *stream);

/// Registers tools: `{"tools": [...], "server": ""}`.
int32_t checkrein_register_tools(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Takes a quarantined tool's present descriptor as reviewed: `{"id"}`.
int32_t checkrein_pin_tool(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Stops something from the next call on: `{"scope", "id", "reason", "for_ms", "by", "tenant"}`.
int32_t checkrein_stop(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Lifts a stop: `{"scope", "id", "tenant"}`; answers whether there was one.
int32_t checkrein_lift(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// How the guard is.
int32_t checkrein_status(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Every tool, who owns it, when it was last used.
int32_t checkrein_inventory(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Drives a canary through each verb.
int32_t checkrein_self_test(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Writes everything that waits, with a checkpoint.
int32_t checkrein_sync(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Records since the last call: `{"records", "lost"}`; the first call starts the feed.
int32_t checkrein_drain_events(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// The records of an in-memory log.
int32_t checkrein_records(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// The log's verifier key, as a JSON string.
int32_t checkrein_verifier(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// A wrapper says which path it covers: `{"id"}`.
int32_t checkrein_cover(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Puts the bundle in force anew, whole: `{"archive"}`, base64, or `{}` to read it again; answers
/// whether it is another one.
int32_t checkrein_reload(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Starts to look at the bundle on a thread of the guard's own: `{"interval_ms"}`.
int32_t checkrein_watch(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Ends a watch; answers whether there was one.
int32_t checkrein_unwatch(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Moves an injected clock forward: `{"ms"}`. For tests.
int32_t checkrein_advance(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Ends the guard; every later call fails.
int32_t checkrein_guard_close(const checkrein_guard *guard, const uint8_t *request, size_t len, checkrein_bytes *out);

/// A method of a guard by name, where the functions above are one each.
int32_t checkrein_guard_call(const checkrein_guard *guard, const char *method, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Inspects what is about to enter the model's context:
/// `{"content", "source", "name", "uri", "call_id", "is_error", "parts", "trace", "envelope"}`.
/// Answers decision JSON v1.
int32_t checkrein_inspect_input(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Decides whether the agent may do this: `{"tool", "arguments", "call_id", "trace"}`.
/// Answers decision JSON v1.
int32_t checkrein_authorize_tool_call(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Inspects what is about to leave: `{"content", "kind", "audience", "trace"}`.
/// Answers decision JSON v1.
int32_t checkrein_inspect_output(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Decides the calls of a plan, with one question for all that ask: `{"calls": [...], "trace"}`,
/// each `{"tool", "arguments", "call_id", "trace"}`. Answers plan JSON v1.
int32_t checkrein_authorize_plan(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Takes a text that a model made of what was read: `{"text", "sources", "name", "trace"}`.
/// Answers decision JSON v1.
int32_t checkrein_derive(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Seals what is known of a content that leaves for memory or another agent:
/// `{"content", "purpose", "audience", "readers", "expires_s"}`. Answers the envelope, as a JSON
/// string.
int32_t checkrein_seal(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// What host detectors and engines need to know of a request: `{"verb", "request"}`.
int32_t checkrein_prepare(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Decides a prepared request with what host code found: `{"verb", "request", "epoch", "host"}`.
int32_t checkrein_commit(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Gives a resumed session its history again: `{"messages": [...]}`.
int32_t checkrein_restore(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Marks an allowed call as begun: `{"decision"}`.
int32_t checkrein_start(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Says what became of a call: `{"call_id", "ok"}`.
int32_t checkrein_report_result(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Ends the session.
int32_t checkrein_session_close(const checkrein_session *session, const uint8_t *request, size_t len, checkrein_bytes *out);

/// A method of a session by name, where the functions above are one each.
int32_t checkrein_session_call(const checkrein_session *session, const char *method, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Approvals that wait for an answer.
int32_t checkrein_pending(const checkrein_approver *approver, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Says yes to exactly what was shown: `{"id", "digest", "approver", "remember"}`.
int32_t checkrein_approve(const checkrein_approver *approver, const uint8_t *request, size_t len, checkrein_bytes *out);

/// Says no: `{"id", "digest", "approver"}`.
int32_t checkrein_refuse(const checkrein_approver *approver, const uint8_t *request, size_t len, checkrein_bytes *out);

/// A method of an approver by name, where the functions above are one each.
int32_t checkrein_approver_call(const checkrein_approver *approver, const char *method, const uint8_t *request, size_t len, checkrein_bytes *out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CHECKREIN_H */
