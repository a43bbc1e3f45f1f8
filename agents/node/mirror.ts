import { type Actor, createActor } from 'xstate';
import { CAPABILITIES } from '../../core/index.ts';
import {
  BUNDLE_REFUSALS,
  type SatelliteContext,
  type SatelliteEvent,
  type SatelliteModes,
  type SatelliteSnapshot,
  capabilities,
  satelliteMachine,
} from '../satellite.machine.ts';
import { NO_MIRROR } from './answer.ts';
import { protocolError } from './message.ts';
import type { HeardEvent, MachineSnapshot } from './mirror-messages.ts';

/** A node's own copies of its satellite's machine, one per world that sent it one. */
export class Mirrors {
  private readonly actors = new Map<number, Actor<typeof satelliteMachine>>();
  private readonly onModes: ((modes: SatelliteModes, world: number) => void) | undefined;

  /** `onModes` is told the modes of a new mirror, and all that they change to. */
  constructor(onModes?: (modes: SatelliteModes, world: number) => void) {
    this.onModes = onModes;
  }

  /** Begins anew with what the world has. Throws NODE_PROTOCOL for what is no snapshot of the machine. */
  restore({ world, snapshot }: MachineSnapshot): void {
    const resolved = resolve(snapshot);
    this.actors.get(world)?.stop();
    const options = { input: { node: 0, refusal: null }, snapshot: resolved };
    const actor = createActor(satelliteMachine, options).start();
    this.actors.set(world, actor);
    const { onModes } = this;
    if (onModes === undefined) return;
    onModes(resolved.value, world);
    actor.subscribe(({ value }) => onModes(value, world));
  }

  hear({ world, event }: HeardEvent): void {
    this.actors.get(world)?.send(event);
  }

  /** What the node finds out by itself is heard in all worlds. */
  hearAll(event: SatelliteEvent): void {
    for (const actor of this.actors.values()) actor.send(event);
  }

  /** Capabilities in a world, or NO_MIRROR. */
  capabilitiesIn(world: number): number {
    const actor = this.actors.get(world);
    return actor === undefined ? NO_MIRROR : capabilities(actor.getSnapshot());
  }

  clear(): void {
    for (const actor of this.actors.values()) actor.stop();
    this.actors.clear();
  }
}

/** The machine in the state of a persisted one. An actor would report a state that cannot be where nobody can catch it. */
function resolve(persisted: unknown): SatelliteSnapshot {
  const { value, context } = (persisted ?? {}) as { value?: SatelliteModes; context?: Partial<SatelliteContext> };
  const { bundle, observation, policy } = context?.causes ?? {};
  const known =
    (bundle === null || BUNDLE_REFUSALS.some((reason) => reason === bundle)) &&
    (observation === null || observation === 'out-of-distribution') &&
    (policy === null || policy === 'slow' || policy === 'lost');
  try {
    if (known && value !== undefined) {
      const state = {
        value,
        context: { node: 0, causes: { bundle, observation, policy } as SatelliteContext['causes'] },
      };
      return satelliteMachine.resolveState(state);
    }
  } catch {
    // Said below.
  }
  throw protocolError('Expected the snapshot of a machine, got something else.');
}

/** Whether a satellite of these capabilities decides by its policy; true without a mirror. */
export function mayDecide(bits: number): boolean {
  return (bits & CAPABILITIES.LEARNED) !== 0;
}
