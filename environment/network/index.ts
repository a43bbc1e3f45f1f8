export { type Contact, contactPlan } from './contact-plan.ts';
