// The same types through `require`. Checked by `npm run types`, never run.

import checkrein = require("checkrein");

const guard: checkrein.Guard = checkrein.Guard.shared("name", { human: true });
const outcome: checkrein.Outcome = guard.session().inspectOutput("x").outcome;
const codes: readonly checkrein.ErrorCode[] = checkrein.ERROR_CODES;
