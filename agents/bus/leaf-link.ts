import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from './bus.ts';
import { failedStore } from './failures.ts';
import { HUB_DOMAIN } from './permissions.ts';
import { subjectsOf } from './subjects.ts';

/** A link that is up answers at once; what was on its way when it was cut is waited for no longer than this, ms. */
const LINK_ANSWER_MS = 1000;
/** Longest for a server to say what it holds, on a machine with much else to do, ms. */
const ANSWER_MS = 5000;

/**
 * A node at a server beside satellites: whether the fleet's stores on the ground answer it, by way of the link. It asks as one that fetches
 * a bundle does.
 */
export async function isLinked(bus: Bus, fleet: string): Promise<boolean> {
  try {
    const manager = await managerOf(bus, LINK_ANSWER_MS, HUB_DOMAIN);
    // An answer that there is no such message is one too.
    await manager.direct.getMessage(`OBJ_${subjectsOf(fleet).bundleBucket}`, { seq: 1 });
    return true;
  } catch {
    return false;
  }
}

/** Ground: how many documents of a satellite the telemetry stream of this server holds. Errors: BUS_CONNECT. */
export async function telemetryHeld(bus: Bus, fleet: string, satellite: string): Promise<number> {
  const subjects = subjectsOf(fleet);
  const subject = subjects.telemetry(satellite);
  try {
    const { state } = await (
      await managerOf(bus, ANSWER_MS)
    ).streams.info(subjects.telemetryStream, { subjects_filter: subject });
    return state.subjects?.[subject] ?? 0;
  } catch (cause) {
    throw failedStore(`the telemetry of '${satellite}'`, cause);
  }
}

/** Ground: whether the fleet's stream has heard of every server that it takes telemetry over from. Errors: BUS_CONNECT. */
export async function takeoversBegun(bus: Bus, fleet: string): Promise<boolean> {
  try {
    const { sources = [] } = await (await managerOf(bus, ANSWER_MS)).streams.info(subjectsOf(fleet).telemetryStream);
    return sources.every(({ active }) => active >= 0);
  } catch (cause) {
    throw failedStore(`the takeovers of fleet '${fleet}'`, cause);
  }
}

function managerOf(bus: Bus, timeout: number, domain?: string): Promise<JetStreamManager> {
  return jetstreamManager(bus.connection, { checkAPI: false, timeout, ...(domain === undefined ? {} : { domain }) });
}
