// One copy of the adapter for both module systems: what one wrapper has inspected, all know.
export { guardModel, guardTools, pendingApproval, RefusedError, toolApproval } from "./ai-sdk.js";
export type * from "./ai-sdk.js";
