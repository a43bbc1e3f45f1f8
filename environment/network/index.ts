export { contactPlan, type ContactPlanOptions } from './contact-plan.ts';
export { type ExplainQuery, type Explanation, explainLinks } from './explain.ts';
export type { LinkReason, LinkState, WorldLinks } from './explain-types.ts';
