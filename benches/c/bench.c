/* The rows of `cargo xtask bench` in C: one line of JSON each. The first argument is the folder of
 * words.txt; `--quick` runs a twentieth. Requests are written before the clock starts: what is
 * measured is the library, JSON in and JSON out. */

#include <checkrein.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { A_SESSION = 200, A_LARGE_SESSION = 20, WORDS = 512, ITEMS = 4 };

static char words_text[16384];
static const char *words[WORDS];
static size_t word_count;
static bool quick;

static void fail(const char *what, const char *detail, size_t len)
{
    fprintf(stderr, "%s: %.*s\n", what, (int)len, detail);
    exit(1);
}

/* Text that grows. */
typedef struct {
    char *data;
    size_t len, room;
} buffer;

static void put(buffer *into, const char *data, size_t len)
{
    if (into->len + len + 1 > into->room) {
        into->room = (into->len + len + 1) * 2;
        into->data = realloc(into->data, into->room);
        if (into->data == NULL) {
            fail("memory", "none is left", 12);
        }
    }
    memcpy(into->data + into->len, data, len);
    into->len += len;
    into->data[into->len] = '\0';
}

static void print(buffer *into, const char *format, ...)
{
    char line[2048];
    va_list values;
    va_start(values, format);
    int len = vsnprintf(line, sizeof line, format, values);
    va_end(values);
    if (len < 0 || (size_t)len >= sizeof line) {
        fail("print", format, strlen(format));
    }
    put(into, line, (size_t)len);
}

/* A JSON string. The texts here need no more than these escapes. */
static void put_json(buffer *into, const char *data, size_t len)
{
    put(into, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n') {
            put(into, "\\n", 2);
        } else {
            if (data[i] == '"' || data[i] == '\\') {
                put(into, "\\", 1);
            }
            put(into, data + i, 1);
        }
    }
    put(into, "\"", 1);
}

static void read_words(const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/words.txt", folder);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail("words.txt", path, strlen(path));
    }
    size_t len = fread(words_text, 1, sizeof words_text - 1, file);
    words_text[len] = '\0';
    fclose(file);
    for (char *word = strtok(words_text, " \r\n"); word; word = strtok(NULL, " \r\n")) {
        if (word_count < WORDS) {
            words[word_count++] = word;
        }
    }
}

static uint32_t below(uint32_t *state, uint32_t limit)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return (*state >> 16) % limit;
}

/* `size` bytes of sentences, the same in every language. */
static buffer text(uint32_t seed, size_t size)
{
    buffer out = {0};
    for (int sentences = 1; out.len < size; sentences++) {
        uint32_t places = 6 + below(&seed, 9);
        for (uint32_t place = 0; place < places; place++) {
            const char *word = words[below(&seed, (uint32_t)word_count)];
            size_t start = out.len + (place > 0);
            if (place > 0) {
                put(&out, " ", 1);
            }
            put(&out, word, strlen(word));
            if (place == 0 && out.data[start] >= 'a' && out.data[start] <= 'z') {
                out.data[start] = (char)(out.data[start] - 'a' + 'A');
            }
        }
        if (sentences % 5 == 0) {
            put(&out, ".\n\n", 3);
        } else {
            put(&out, ". ", 2);
        }
    }
    out.len = size;
    out.data[size] = '\0';
    return out;
}

/* FNV-1a, which all languages must print alike. */
static uint32_t mark(void)
{
    uint32_t state = UINT32_C(2166136261);
    buffer plain = text(7, 1000);
    for (size_t i = 0; i < plain.len; i++) {
        state = (state ^ (uint8_t)plain.data[i]) * UINT32_C(16777619);
    }
    free(plain.data);
    return state;
}

static int64_t now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* What a row works on. */
typedef struct {
    checkrein_guard *guard;
    checkrein_session *session;
    buffer *requests;
    size_t count;
    size_t every;
    const char *want;
    const char *const *unwanted;
    checkrein_session *(*open)(checkrein_guard *);
} work;

/* Measures `sample` after a tenth as many warm-ups; it gives ns and times only what counts. */
static void row(const char *name, size_t n, int64_t (*sample)(work *, size_t), work *on)
{
    if (quick) {
        n = n / 20 < 3 ? 3 : n / 20;
    }
    size_t warm = n / 10 + 1;
    int64_t first = 0;
    int64_t *samples = calloc(n, sizeof *samples);
    if (samples == NULL) {
        fail("memory", "none is left", 12);
    }
    for (size_t i = 0; i < warm + n; i++) {
        int64_t took = sample(on, i);
        if (i == 0) {
            first = took;
        }
        if (i >= warm) {
            samples[i - warm] = took;
        }
    }
    qsort(samples, n, sizeof *samples, compare);
    printf("{\"row\":\"%s\",\"language\":\"c\",\"n\":%zu,\"p50_ns\":%" PRId64 ",\"p99_ns\":%" PRId64
           ",\"first_ns\":%" PRId64 "}\n",
           name, n, samples[(n - 1) * 50 / 100], samples[(n - 1) * 99 / 100], first);
    fflush(stdout);
    free(samples);
}

static void good(const char *what, int32_t status, checkrein_bytes *out)
{
    if (status != 0) {
        fail(what, (const char *)out->data, out->len);
    }
    checkrein_bytes_free(out);
}

static checkrein_guard *made(const char *options, size_t len)
{
    checkrein_guard *guard = NULL;
    checkrein_bytes out;
    good("guard", checkrein_guard_new((const uint8_t *)options, len, &guard, &out), &out);
    return guard;
}

static checkrein_session *opened(checkrein_guard *guard)
{
    static const char who[] = "{\"user\":\"alice\",\"agent\":\"desk\"}";
    checkrein_session *session = NULL;
    checkrein_bytes out;
    int32_t status =
        checkrein_session_new(guard, (const uint8_t *)who, sizeof who - 1, &session, &out);
    good("session", status, &out);
    return session;
}

/* A session that is replaced now and then. The old one is closed, outside of what is timed. */
static checkrein_session *fresh(work *on, size_t i)
{
    if (i % on->every == 0) {
        if (on->session != NULL) {
            checkrein_bytes out;
            good("close", checkrein_session_close(on->session, NULL, 0, &out), &out);
            checkrein_session_free(on->session);
        }
        on->session = on->open(on->guard);
    }
    return on->session;
}

static void end(work *on)
{
    checkrein_session_free(on->session);
    checkrein_guard_free(on->guard);
    for (size_t i = 0; i < on->count; i++) {
        free(on->requests[i].data);
    }
    free(on->requests);
}

static bool holds(const checkrein_bytes *out, const char *wanted)
{
    size_t len = strlen(wanted);
    const char *here = (const char *)out->data, *last = here + out->len - len;
    for (; out->len >= len && here <= last; here++) {
        here = memchr(here, wanted[0], (size_t)(last - here) + 1);
        if (here == NULL) {
            return false;
        }
        if (memcmp(here, wanted, len) == 0) {
            return true;
        }
    }
    return false;
}

/* Checks what was decided, outside of what is timed. */
static void decided(const work *on, int32_t status, checkrein_bytes *out)
{
    bool bad = status != 0 || !holds(out, on->want);
    for (const char *const *item = on->unwanted; !bad && item != NULL && *item != NULL; item++) {
        bad = holds(out, *item);
    }
    if (bad) {
        fail("not as expected", (const char *)out->data, out->len);
    }
    checkrein_bytes_free(out);
}

typedef int32_t (*verb)(const checkrein_session *, const uint8_t *, size_t, checkrein_bytes *);

static int64_t decide(work *on, size_t i, verb call)
{
    checkrein_session *session = fresh(on, i);
    const buffer *request = &on->requests[i % on->count];
    checkrein_bytes out;
    int64_t began = now();
    int32_t status = call(session, (const uint8_t *)request->data, request->len, &out);
    int64_t took = now() - began;
    decided(on, status, &out);
    return took;
}

static int64_t inspect_sample(work *on, size_t i)
{
    return decide(on, i, checkrein_inspect_input);
}

static int64_t output_sample(work *on, size_t i)
{
    return decide(on, i, checkrein_inspect_output);
}

static void input_request(buffer *request, const char *source, const char *data, size_t len)
{
    print(request, "{\"source\":\"%s\",\"content\":", source);
    put_json(request, data, len);
    put(request, "}", 1);
}

static buffer *input_requests(const char *source, size_t count, size_t size)
{
    buffer *requests = calloc(count, sizeof *requests);
    for (size_t seed = 0; requests != NULL && seed < count; seed++) {
        buffer plain = text((uint32_t)seed, size);
        input_request(&requests[seed], source, plain.data, plain.len);
        free(plain.data);
    }
    return requests;
}

static const char ALLOW[] = "\"outcome\":\"allow\"";

static void inspect(const char *name, size_t n, const char *source, size_t count, size_t size,
                    size_t every)
{
    work on = {.guard = made(NULL, 0), .requests = input_requests(source, count, size),
               .count = count, .every = every, .want = ALLOW, .open = opened};
    row(name, n, inspect_sample, &on);
    end(&on);
}

static int64_t first_sample(work *on, size_t i)
{
    const buffer *request = &on->requests[i % on->count];
    checkrein_bytes out;
    int64_t began = now();
    checkrein_guard *guard = made(NULL, 0);
    checkrein_session *session = opened(guard);
    int32_t status =
        checkrein_inspect_input(session, (const uint8_t *)request->data, request->len, &out);
    int64_t took = now() - began;
    decided(on, status, &out);
    checkrein_session_free(session);
    checkrein_guard_free(guard);
    return took;
}

static int64_t noop_sample(work *on, size_t i)
{
    static const char id[] = "{\"id\":\"bench\"}";
    (void)i;
    int64_t began = now();
    for (int times = 0; times < 1000; times++) {
        checkrein_bytes out;
        good("cover", checkrein_cover(on->guard, (const uint8_t *)id, sizeof id - 1, &out), &out);
    }
    return (now() - began) / 1000;
}

/* Options of a guard with this many user policies, two for each tool. */
static buffer payments(int policies)
{
    buffer tools = {0}, policy = {0}, options = {0};
    for (int tool = 0; tool < policies / 2; tool++) {
        print(&tools,
              "[tool.pay_%d]\n"
              "effects = [\"spend\"]\n"
              "arguments.recipient = { role = \"destination\", type = \"account\" }\n"
              "arguments.amount = { role = \"amount\", type = \"integer\" }\n"
              "arguments.purpose = { role = \"payload\" }\n",
              tool);
        print(&policy,
              "@id(\"bench/%d/small\")\n"
              "permit (principal, action == Action::\"pay_%d\", resource)\n"
              "when { context.input.amount <= 1000 };\n"
              "@id(\"bench/%d/large\")\n"
              "@outcome(\"ask\")\n"
              "@reason(\"a large payment\")\n"
              "forbid (principal, action == Action::\"pay_%d\", resource)\n"
              "when { context.input.amount > 500 && context.flow.destination.rank < 4 };\n",
              tool, tool, tool, tool);
    }
    print(&options, "{\"tools\":");
    put_json(&options, tools.data, tools.len);
    print(&options, ",\"policy\":");
    put_json(&options, policy.data, policy.len);
    print(&options, "}");
    free(tools.data);
    free(policy.data);
    return options;
}

static void inspected(checkrein_session *session, const char *source, const char *data, size_t len)
{
    const work on = {.want = ALLOW};
    buffer request = {0};
    checkrein_bytes out;
    input_request(&request, source, data, len);
    decided(&on, checkrein_inspect_input(session, (const uint8_t *)request.data, request.len, &out),
            &out);
    free(request.data);
}

static checkrein_session *asked(checkrein_guard *guard)
{
    static const char ask[] = "Pay 120 EUR to DE89370400440532013000 for the March invoice.";
    checkrein_session *session = opened(guard);
    buffer document = text(0, 1000);
    inspected(session, "user", ask, sizeof ask - 1);
    inspected(session, "retrieved", document.data, document.len);
    free(document.data);
    return session;
}

static int64_t authorize_sample(work *on, size_t i)
{
    checkrein_session *session = fresh(on, i);
    char request[256], done[64];
    /* Each call of a session has a purpose of its own, for the same is taken for a loop. */
    int len = snprintf(request, sizeof request,
                       "{\"tool\":\"pay_0\",\"arguments\":{\"recipient\":\"DE89370400440532013000\","
                       "\"amount\":120,\"purpose\":\"March invoice, part %c%c\"},"
                       "\"call_id\":\"call-%zu\"}",
                       (int)('a' + i / 26 % 26), (int)('a' + i % 26), i);
    checkrein_bytes out;
    int64_t began = now();
    int32_t status =
        checkrein_authorize_tool_call(session, (const uint8_t *)request, (size_t)len, &out);
    int64_t took = now() - began;
    decided(on, status, &out);
    len = snprintf(done, sizeof done, "{\"call_id\":\"call-%zu\",\"ok\":true}", i);
    status = checkrein_report_result(session, (const uint8_t *)done, (size_t)len, &out);
    good("result", status, &out);
    return took;
}

static void authorize(const char *name, int policies)
{
    buffer options = payments(policies);
    work on = {.guard = made(options.data, options.len), .every = A_SESSION, .want = ALLOW,
               .open = asked};
    free(options.data);
    row(name, 4000, authorize_sample, &on);
    end(&on);
}

static void redact(void)
{
    static const char policy[] =
        "{\"policy\":\"@id(\\\"bench/mask\\\")\\n@obligation(\\\"redact:personal\\\")\\n"
        "permit (principal, action == Action::\\\"verb:output\\\", resource);\\n\"}";
    /* Put together here, so that no scanner takes them for real. */
    static const char *const items[ITEMS + 1] = {
        "anna.berg@example.org", "4111" " 1111" " 1111" " 1111", "DE89370400440532013000",
        "ghp_" "a1B2c3D4e5F6g7H8i9J0" "k1L2m3N4o5P6q7R8", NULL};
    enum { COUNT = 200 };
    work on = {.guard = made(policy, sizeof policy - 1), .count = COUNT, .every = A_SESSION,
               .want = "\"outcome\":\"modify\"", .unwanted = items, .open = opened};
    buffer tail = {0};
    print(&tail, " See %s, %s, %s, %s.", items[0], items[1], items[2], items[3]);
    on.requests = calloc(COUNT, sizeof *on.requests);
    for (uint32_t seed = 0; on.requests != NULL && seed < COUNT; seed++) {
        buffer plain = text(seed, 1000);
        plain.len -= tail.len;
        put(&plain, tail.data, tail.len);
        print(&on.requests[seed], "{\"content\":");
        put_json(&on.requests[seed], plain.data, plain.len);
        print(&on.requests[seed], "}");
        free(plain.data);
    }
    free(tail.data);
    row("redact_1k", 4000, output_sample, &on);
    end(&on);
}

static int64_t stream_sample(work *on, size_t i)
{
    checkrein_session *session = fresh(on, i);
    const buffer *plain = &on->requests[i % on->count];
    size_t size = (plain->len + 15) / 16;
    checkrein_output_stream *stream = NULL;
    checkrein_bytes out;
    int64_t began = now();
    good("stream", checkrein_output_stream_new(session, NULL, 0, &stream, &out), &out);
    for (size_t at = 0; at < plain->len; at += size) {
        size_t len = plain->len - at < size ? plain->len - at : size;
        const uint8_t *chunk = (const uint8_t *)plain->data + at;
        good("push", checkrein_output_stream_push(stream, chunk, len, &out), &out);
    }
    int32_t status = checkrein_output_stream_finish(stream, &out);
    int64_t took = now() - began;
    decided(on, status, &out);
    checkrein_output_stream_free(stream);
    return took;
}

static void stream(void)
{
    enum { COUNT = 200 };
    work on = {.guard = made(NULL, 0), .requests = calloc(COUNT, sizeof(buffer)), .count = COUNT,
               .every = A_SESSION, .want = ALLOW, .open = opened};
    for (uint32_t seed = 0; on.requests != NULL && seed < COUNT; seed++) {
        on.requests[seed] = text(seed, 1000);
    }
    row("stream_1k", 2000, stream_sample, &on);
    end(&on);
}

int main(int count, char **arguments)
{
    if (count < 2) {
        fprintf(stderr, "usage: bench <folder of words.txt> [--quick]\n");
        return 2;
    }
    quick = count > 2 && strcmp(arguments[2], "--quick") == 0;
    read_words(arguments[1]);
    printf("{\"language\":\"c\",\"texts\":%" PRIu32 "}\n", mark());
    /* First, while nothing is built yet: its `first_ns` is what a process pays. */
    work first = {.requests = input_requests("user", 200, 1000), .count = 200, .want = ALLOW};
    row("first_decision", 60, first_sample, &first);
    end(&first);
    work noop = {.guard = made(NULL, 0)};
    row("noop_call", 1000, noop_sample, &noop);
    end(&noop);
    inspect("inspect_1k", 4000, "user", 200, 1000, A_SESSION);
    inspect("inspect_10k", 1000, "retrieved", 200, 10000, A_SESSION);
    inspect("inspect_100k", 200, "retrieved", 20, 100000, A_LARGE_SESSION);
    authorize("authorize_10", 10);
    authorize("authorize_1000", 1000);
    authorize("authorize_10000", 10000);
    redact();
    stream();
    return 0;
}
