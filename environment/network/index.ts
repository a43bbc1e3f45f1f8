export { contactPlan, type ContactPlanOptions } from './contact-plan.ts';
export { type ExplainQuery, type Explanation, explainLinks } from './explain.ts';
export { type LinkReason, type LinkState, type WorldLinks, figureNear } from './explain-types.ts';
