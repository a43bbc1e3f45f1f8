export { type Contact, contactPlan } from './contact-plan.ts';
export {
  type GroundScheduler,
  type GroundTick,
  type NearestSchedulerOptions,
  createNearestScheduler,
} from './ground-scheduler.ts';
