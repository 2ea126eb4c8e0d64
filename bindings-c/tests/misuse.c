/* What a careless C host does: NULL, garbage, closed handles, a guard freed first. Nothing crashes. */

#include <checkrein.h>
#include <stdio.h>
#include <string.h>

static int faults;

static void expect(const char *what, int32_t status, const char *code, checkrein_bytes *out)
{
    char is[64] = "ok";
    if (status != 0) checkrein_status_code(status, is, sizeof is);
    if (strcmp(is, code) != 0) {
        fprintf(stderr, "%s: wanted %s, is %s: %.*s\n", what, code, is, (int)out->len, (const char *)out->data);
        faults++;
    }
    checkrein_bytes_free(out);
    checkrein_bytes_free(out);
}

static int32_t authorize(const checkrein_session *session, const char *request, checkrein_bytes *out)
{
    return checkrein_authorize_tool_call(session, (const uint8_t *)request, strlen(request), out);
}

int main(void)
{
    checkrein_bytes out;
    checkrein_guard *guard = NULL;
    checkrein_session *session = NULL;
    expect("no place", checkrein_guard_new(NULL, 0, NULL, &out), "misuse/argument", &out);
    const char *unknown = "{\"bundel\":\"x\"}";
    expect("unknown option", checkrein_guard_new((const uint8_t *)unknown, strlen(unknown), &guard, &out), "misuse/argument", &out);
    expect("guard", checkrein_guard_new(NULL, 0, &guard, &out), "ok", &out);
    expect("NULL guard", checkrein_session_new(NULL, NULL, 0, &session, &out), "misuse/argument", &out);
    expect("session", checkrein_session_new(guard, NULL, 0, &session, &out), "ok", &out);
    checkrein_guard_free(guard);
    checkrein_guard_free(NULL);
    expect("NULL session", authorize(NULL, "{}", &out), "misuse/argument", &out);
    expect("NULL request with a length", checkrein_authorize_tool_call(session, NULL, 5, &out), "misuse/argument", &out);
    expect("not JSON", authorize(session, "{", &out), "value/syntax", &out);
    expect("twice", authorize(session, "{\"tool\":\"a\",\"tool\":\"b\",\"arguments\":{}}", &out), "value/duplicate_key", &out);
    const uint8_t latin[] = {'"', 0xff, '"'};
    expect("not UTF-8", checkrein_inspect_output(session, latin, sizeof latin, &out), "value/utf8", &out);
    expect("an embedded NUL", checkrein_inspect_output(session, (const uint8_t *)"{\"content\":\"a\\u0000b\"}", 22, &out), "ok", &out);
    expect("no out", checkrein_inspect_output(session, (const uint8_t *)"{\"content\":\"x\"}", 15, NULL), "ok", &out);
    expect("close", checkrein_session_close(session, NULL, 0, &out), "ok", &out);
    expect("after close", authorize(session, "{\"tool\":\"a\",\"arguments\":{}}", &out), "misuse/closed", &out);
    checkrein_session_free(session);
    checkrein_session_free(NULL);
    checkrein_output_stream_free(NULL);
    checkrein_call_stream_free(NULL);
    checkrein_approver_free(NULL);
    checkrein_bytes_free(NULL);
    printf("%d faults\n", faults);
    return faults == 0 ? 0 : 1;
}
