export { type ReachChange, groundReach } from './ground-reach.ts';
export type { OperationsLink } from './operations-contacts.ts';
export type { OperationsOptions } from './options.ts';
export { type Outage, outagesOf } from './outages.ts';
export {
  type DeliveryOrder,
  type DeliveryPlan,
  type OperationsNetwork,
  operationsNetwork,
  planDelivery,
  planReturn,
} from './plan-delivery.ts';
export { planesOf } from './planes.ts';
