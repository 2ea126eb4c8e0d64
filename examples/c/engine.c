/* A policy engine of the host, in C: it stands between `prepare`, which gives the facts of a call, and
   `commit`, which decides with its answer. The strictest of that and the rules in process counts. */

#include <checkrein.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char OPTIONS[] =
    "{\"tools\":\"[tool.pay]\\neffects = [\\\"spend\\\"]\\n"
    "arguments.to = { role = \\\"destination\\\", type = \\\"account\\\" }\\n"
    "arguments.cents = { role = \\\"amount\\\", type = \\\"integer\\\" }\"}";
#define JSON(text) (const uint8_t *)(text), strlen(text)

/* The engine: an account that the bank has frozen is paid nothing, a large amount is asked about. */
static const char *engine(const char *to, long cents)
{
    if (strcmp(to, "GB29NWBK60161331926819") == 0)
        return "\"outcome\":\"deny\",\"message\":\"the account is frozen\"";
    if (cents > 50000)
        return "\"outcome\":\"ask\",\"message\":\"more than 500 needs a second person\"";
    return "\"outcome\":\"allow\"";
}

/* Whether `text` stands in an answer. */
static int holds(const checkrein_bytes *answer, const char *text)
{
    size_t length = strlen(text);
    for (size_t at = 0; at + length <= answer->len; at++)
        if (memcmp(answer->data + at, text, length) == 0) return 1;
    return 0;
}

/* The session's epoch, as `prepare` gives it; -1 where there is none. Quotes within texts are escaped, so
   that only a key reads so, and only this one has a number. */
static long epoch_of(const checkrein_bytes *prepared)
{
    static const char key[] = "\"epoch\":";
    size_t length = sizeof key - 1;
    for (size_t at = 0; at + length < prepared->len; at++) {
        if (memcmp(prepared->data + at, key, length) != 0) continue;
        long epoch = 0;
        size_t digit = at + length;
        for (; digit < prepared->len && prepared->data[digit] >= '0' && prepared->data[digit] <= '9'; digit++)
            epoch = epoch * 10 + (prepared->data[digit] - '0');
        if (digit > at + length) return epoch;
    }
    return -1;
}

/* Pays nothing: prints what is decided, and says whether it is `wanted`. */
static int pay(const checkrein_session *session, const char *to, long cents, const char *wanted)
{
    char request[256], text[512], outcome[64];
    checkrein_bytes out;
    snprintf(request, sizeof request,
             "\"verb\":\"authorize_tool_call\",\"request\":{\"tool\":\"pay\",\"arguments\":{\"to\":\"%s\",\"cents\":%ld}}",
             to, cents);
    snprintf(text, sizeof text, "{%s}", request);
    int32_t status = checkrein_prepare(session, JSON(text), &out);
    long epoch = status == 0 ? epoch_of(&out) : -1;
    checkrein_bytes_free(&out);
    if (epoch < 0) return 1;
    /* Where the session changed in between, the answer no longer counts and the call is denied. */
    snprintf(text, sizeof text, "{%s,\"epoch\":%ld,\"host\":{\"answers\":[{\"engine\":\"bank\",%s}]}}",
             request, epoch, engine(to, cents));
    status = checkrein_commit(session, JSON(text), &out);
    snprintf(outcome, sizeof outcome, "\"outcome\":\"%s\"", wanted);
    int held = status == 0 && holds(&out, outcome);
    printf("pay %ld to %s: %s%s\n", cents, to, held ? "" : "NOT ", wanted);
    if (!held) fprintf(stderr, "%.*s\n", (int)out.len, (const char *)out.data);
    checkrein_bytes_free(&out);
    return held ? 0 : 1;
}

int main(void)
{
    checkrein_guard *guard = NULL;
    checkrein_session *session = NULL;
    checkrein_bytes out;
    int32_t status = checkrein_guard_new(JSON(OPTIONS), &guard, &out);
    if (status == 0) {
        checkrein_bytes_free(&out);
        status = checkrein_session_new(guard, JSON("{\"user\":\"alice\",\"agent\":\"desk\"}"), &session, &out);
    }
    if (status != 0) fprintf(stderr, "%.*s\n", (int)out.len, (const char *)out.data);
    checkrein_bytes_free(&out);
    if (status != 0) {
        checkrein_guard_free(guard);
        return 2;
    }
    int faults = 0;
    faults += pay(session, "DE89370400440532013000", 12000, "allow");
    faults += pay(session, "DE89370400440532013000", 90000, "ask");
    faults += pay(session, "GB29NWBK60161331926819", 100, "deny");
    checkrein_session_free(session);
    checkrein_guard_free(guard);
    return faults == 0 ? 0 : 1;
}
