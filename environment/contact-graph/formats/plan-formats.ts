/** Formats of contact plans that can be read. */
export const PLAN_FORMATS = ['ion', 'hdtn', 'json', 'asabr'] as const;

export type PlanFormat = (typeof PLAN_FORMATS)[number];
