export { contactPlan, type ContactPlanOptions } from './contact-plan.ts';
