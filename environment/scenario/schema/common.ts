import { z } from 'zod';

/** Building blocks that several parts of the format share. */
export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/)
  .describe('letters, digits and dashes');
export const finite = z.number();
export const positive = z.number().positive();
export const nonNegative = z.number().nonnegative();
export const fraction = z.number().min(0).max(1);
export const efficiency = z.number().positive().max(1);
export const count = z.number().int().positive();
export const latDeg = z.number().min(-90).max(90).describe('geodetic latitude, north positive');
export const lonDeg = z.number().min(-180).max(180).describe('longitude, east positive');
export const heightM = finite.default(0).describe('above the ellipsoid');
/** Who owns a node and what it is accredited for; both matter only where labels do. */
export const standing = {
  owner: name.optional().describe('nation, one of security.nations; default: releasable as if owned by all'),
  accreditation: name.optional().describe('one of security.levels; default the highest'),
};

export const rateSchedule = z
  .array(
    z.strictObject({
      fromS: nonNegative.describe('since scenario start; holds until the next entry'),
      frac: fraction.describe('of the rate that range allows; 0 closes the link'),
    }),
  )
  .default([])
  .describe('planned changes of rate over time');

export const label = z.strictObject({
  level: name.describe('one of security.levels; a node must be accredited for it or higher'),
  releasableTo: z.array(name).min(1).optional().describe('nations of security.nations; default all'),
});
