import type { z } from 'zod';
import { type ConstellationConfig, type WalkerConfig, scenarioSchema } from '../environment/scenario/schema.ts';

type ConstellationInput = z.input<typeof scenarioSchema>['constellations'][number];

/** A constellation as the loader would give it: what is left out takes the defaults of the scenario format. */
export function constellationConfig(given: Omit<ConstellationInput, 'name'> & { name?: string }): ConstellationConfig {
  return scenarioSchema.shape.constellations.element.parse({ name: 'c', ...given });
}

/** A Walker constellation with the defaults of the format for what is left out. */
export function walkerConfig(walker: NonNullable<ConstellationInput['walker']>): WalkerConfig {
  const { walker: config } = constellationConfig({ walker });
  if (config === undefined) throw new Error('expected a Walker constellation');
  return config;
}

/** Settings of laser links with the defaults of the format for what is left out. */
export function islConfig(isl: NonNullable<ConstellationInput['isl']> = {}): ConstellationConfig['isl'] {
  return constellationConfig({ geostationary: { longitudesDeg: [0] }, isl }).isl;
}
