// One copy of the package for both module systems: classes and native library are the same.
export {
  Approver,
  CallStream,
  CheckreinError,
  Decision,
  ERROR_CODES,
  Guard,
  OutputStream,
  PlanDecision,
  Session,
  VERSION,
} from "./index.js";
export type * from "./index.js";
