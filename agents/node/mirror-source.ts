import type { Observable } from 'rxjs';
import { type SatelliteModes, capabilities } from '../satellite.machine.ts';
import type { SatelliteEventFrame } from '../streams/frames.ts';

/** Whose machines the nodes mirror: a constellation. */
export interface MirrorSource {
  readonly satelliteEvents$: Observable<SatelliteEventFrame>;
  snapshotOf(world: number, satellite: number): unknown;
}

/** Capabilities in a persisted machine. */
export function capabilitiesOf(snapshot: unknown): number {
  return capabilities(snapshot as { readonly value: SatelliteModes });
}
