/* Walks the compiled conformance lines through the C interface: every answer byte for byte. */

#include <checkrein.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 8
#define NAMES 1024

/* kind: g guard, s session, a approver, o output stream, c call stream. A name stands once in each kind. */
typedef struct { char name[64]; char kind; void *handle; } entry;
static entry table[NAMES];
static int used;

static void *find(const char *name, const char *kinds, char *kind)
{
    for (int i = used - 1; i >= 0; i--)
        if (strcmp(table[i].name, name) == 0 && strchr(kinds, table[i].kind) != NULL) {
            if (kind != NULL) *kind = table[i].kind;
            return table[i].handle;
        }
    fprintf(stderr, "nothing of kind %s is named %s\n", kinds, name);
    exit(2);
}

static void keep(const char *name, char kind, void *handle)
{
    if (handle == NULL) return; /* was not made: the answer tells why */
    if (used >= NAMES || strlen(name) >= sizeof table[used].name) {
        fprintf(stderr, "no room for %s\n", name);
        exit(2);
    }
    snprintf(table[used].name, sizeof table[used].name, "%s", name);
    table[used].kind = kind;
    table[used++].handle = handle;
}

static void forget_all(void)
{
    while (used > 0) {
        entry *e = &table[--used];
        if (e->kind == 'g') checkrein_guard_free(e->handle);
        if (e->kind == 's') checkrein_session_free(e->handle);
        if (e->kind == 'a') checkrein_approver_free(e->handle);
        if (e->kind == 'o') checkrein_output_stream_free(e->handle);
        if (e->kind == 'c') checkrein_call_stream_free(e->handle);
    }
}

typedef int32_t (*method)(const void *, const uint8_t *, size_t, checkrein_bytes *);
#define METHOD(kind, name, function) { kind, name, (method)(void (*)(void))function }
static const struct { char kind; const char *name; method call; } METHODS[] = {
    METHOD('s', "inspect_input", checkrein_inspect_input),
    METHOD('s', "authorize_tool_call", checkrein_authorize_tool_call),
    METHOD('s', "inspect_output", checkrein_inspect_output),
    METHOD('s', "prepare", checkrein_prepare),
    METHOD('s', "commit", checkrein_commit),
    METHOD('s', "restore", checkrein_restore),
    METHOD('s', "start", checkrein_start),
    METHOD('s', "report_result", checkrein_report_result),
    METHOD('s', "close", checkrein_session_close),
    METHOD('g', "register_tools", checkrein_register_tools),
    METHOD('g', "pin_tool", checkrein_pin_tool),
    METHOD('g', "stop", checkrein_stop),
    METHOD('g', "lift", checkrein_lift),
    METHOD('g', "status", checkrein_status),
    METHOD('g', "inventory", checkrein_inventory),
    METHOD('g', "self_test", checkrein_self_test),
    METHOD('g', "sync", checkrein_sync),
    METHOD('g', "drain_events", checkrein_drain_events),
    METHOD('g', "records", checkrein_records),
    METHOD('g', "verifier", checkrein_verifier),
    METHOD('g', "cover", checkrein_cover),
    METHOD('g', "reload", checkrein_reload),
    METHOD('g', "watch", checkrein_watch),
    METHOD('g', "unwatch", checkrein_unwatch),
    METHOD('g', "advance", checkrein_advance),
    METHOD('g', "close", checkrein_guard_close),
    METHOD('a', "pending", checkrein_pending),
    METHOD('a', "approve", checkrein_approve),
    METHOD('a', "refuse", checkrein_refuse),
};

/* A method that a kind lacks is asked for by its name, which only the JSON interface can do. */
static int32_t call(const char *name, const char *verb, const char *request, checkrein_bytes *out)
{
    const uint8_t *bytes = (const uint8_t *)request;
    size_t len = strlen(request);
    for (int e = used - 1; e >= 0; e--)
        for (size_t i = 0; i < sizeof METHODS / sizeof METHODS[0]; i++)
            if (strcmp(table[e].name, name) == 0 && METHODS[i].kind == table[e].kind && strcmp(METHODS[i].name, verb) == 0)
                return METHODS[i].call(table[e].handle, bytes, len, out);
    char kind = 0;
    void *handle = find(name, "gsa", &kind);
    if (kind == 'g') return checkrein_guard_call(handle, verb, bytes, len, out);
    if (kind == 's') return checkrein_session_call(handle, verb, bytes, len, out);
    return checkrein_approver_call(handle, verb, bytes, len, out);
}

static int32_t push(const char *name, const char *hex, checkrein_bytes *out)
{
    char kind = 0;
    void *handle = find(name, "oc", &kind);
    size_t len = strlen(hex) / 2;
    uint8_t *bytes = malloc(len + 1);
    for (size_t i = 0; i < len; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        bytes[i] = (uint8_t)byte;
    }
    int32_t status = kind == 'o' ? checkrein_output_stream_push(handle, bytes, len, out)
                                 : checkrein_call_stream_push(handle, bytes, len, out);
    free(bytes);
    return status;
}

static int walk(char *line, const char *id)
{
    char *f[FIELDS] = {0};
    int n = 0;
    for (char *at = line; at != NULL && n < FIELDS; n++) {
        f[n] = at;
        at = strchr(at, '\t');
        if (at != NULL) *at++ = '\0';
    }
    checkrein_bytes out = {0};
    int32_t status = 0;
    void *made = NULL;
    const uint8_t *request = (const uint8_t *)(n > 3 ? f[3] : "");
    const char *code = NULL, *answer = NULL;
    if (strcmp(f[0], "guard") == 0) {
        status = checkrein_guard_new((const uint8_t *)f[2], strlen(f[2]), (checkrein_guard **)&made, &out);
        keep(f[1], 'g', made), code = f[3];
    } else if (strcmp(f[0], "approver") == 0) {
        status = checkrein_approver_new(find(f[2], "g", NULL), (checkrein_approver **)&made, &out);
        keep(f[1], 'a', made), code = "ok";
    } else if (strcmp(f[0], "session") == 0) {
        status = checkrein_session_new(find(f[2], "g", NULL), request, strlen(f[3]), (checkrein_session **)&made, &out);
        keep(f[1], 's', made), code = f[4];
    } else if (strcmp(f[0], "spawn") == 0) {
        status = checkrein_spawn(find(f[2], "s", NULL), request, strlen(f[3]), (checkrein_session **)&made, &out);
        keep(f[1], 's', made), code = f[4];
    } else if (strcmp(f[0], "stream") == 0) {
        status = checkrein_output_stream_new(find(f[2], "s", NULL), request, strlen(f[3]), (checkrein_output_stream **)&made, &out);
        keep(f[1], 'o', made), code = f[4];
    } else if (strcmp(f[0], "call_stream") == 0) {
        status = checkrein_call_stream_new(find(f[2], "s", NULL), request, strlen(f[3]), (checkrein_call_stream **)&made, &out);
        keep(f[1], 'c', made), code = f[4];
    } else if (strcmp(f[0], "push") == 0) {
        status = push(f[1], f[2], &out), code = f[3], answer = f[4];
    } else if (strcmp(f[0], "finish") == 0) {
        char kind = 0;
        void *handle = find(f[1], "oc", &kind);
        status = kind == 'o' ? checkrein_output_stream_finish(handle, &out) : checkrein_call_stream_finish(handle, &out);
        code = f[2], answer = f[3];
    } else {
        status = call(f[1], f[2], f[3], &out), code = f[5], answer = f[6];
    }
    char is[64] = "ok";
    if (status != 0) checkrein_status_code(status, is, sizeof is);
    int same = strcmp(is, code) == 0;
    if (same && status == 0 && answer != NULL)
        same = out.len == strlen(answer) && memcmp(out.data, answer, out.len) == 0;
    if (!same)
        fprintf(stderr, "%s: wanted %s %s\n  is %s %.*s\n", id, code, answer != NULL ? answer : "", is,
                (int)out.len, (const char *)out.data);
    checkrein_bytes_free(&out);
    return same ? 0 : 1;
}

int main(int count, char **paths)
{
    int cases = 0, faults = 0;
    char *line = NULL, id[128] = "";
    size_t size = 0;
    for (int i = 1; i < count; i++) {
        FILE *file = fopen(paths[i], "r");
        if (file == NULL) { perror(paths[i]); return 2; }
        for (ssize_t len; (len = getline(&line, &size, file)) > 0;) {
            if (line[len - 1] == '\n') line[len - 1] = '\0';
            if (line[0] == '#') {
                forget_all(), cases++;
                snprintf(id, sizeof id, "%s", line + 2);
            } else if (line[0] != '\0') {
                faults += walk(line, id);
            }
        }
        fclose(file);
    }
    forget_all();
    free(line);
    printf("%d cases, %d faults\n", cases, faults);
    return faults == 0 && cases > 0 ? 0 : 1;
}
