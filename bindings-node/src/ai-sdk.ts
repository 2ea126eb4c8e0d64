/**
 * The guard for the Vercel AI SDK (`ai` 7): tools, models, approvals.
 *
 * @packageDocumentation
 */

export { guardModel, type GuardModelOptions, type ModelMiddleware } from "./ai-sdk/model.js";
export { RefusedError, type Obligations, type Obliged } from "./ai-sdk/refused.js";
export {
  guardTools,
  pendingApproval,
  toolApproval,
  type AskedCall,
  type GuardToolsOptions,
  type ToolApproval,
  type ToolApprovalRequest,
} from "./ai-sdk/tools.js";
