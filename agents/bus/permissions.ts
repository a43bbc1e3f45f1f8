import { inboxOf } from './identity.ts';
import { subjectsOf } from './subjects.ts';

/** All that a user may do; what is not named is refused. */
export interface BusPermissions {
  /** Subjects (with wildcards) that the user may publish on. */
  readonly publish: readonly string[];
  /** Subjects that the user may subscribe to, beside its own inbox. */
  readonly subscribe: readonly string[];
}

/** A user of the server: who proves to hold the seed of `publicKey` may do what `permissions` say. */
export interface BusUser {
  readonly publicKey: string;
  readonly permissions: BusPermissions;
}

/** The world service: it asks every node of the fleet and hears their answers, and does nothing else. */
export function worldPermissions(fleet: string): BusPermissions {
  const { every } = subjectsOf(fleet);
  return { publish: [every.satelliteIn], subscribe: [every.satelliteOut] };
}

/**
 * One satellite: it hears and speaks for itself only, writes its own mode, and reads bundles message by message
 * (direct get), so that it needs no right to make consumers.
 */
export function nodePermissions(fleet: string, satellite: string): BusPermissions {
  const subjects = subjectsOf(fleet);
  return {
    publish: [
      subjects.satelliteOut(satellite),
      subjects.opsOut(satellite),
      subjects.telemetry(satellite),
      `$KV.${subjects.modeBucket}.${subjects.modeKey(satellite)}`,
      // The same by way of another server's link.
      `$JS.${HUB_DOMAIN}.API.$KV.${subjects.modeBucket}.${subjects.modeKey(satellite)}`,
      ...directGet('$JS.API', `OBJ_${subjects.bundleBucket}`),
      ...directGet(`$JS.${HUB_DOMAIN}.API`, `OBJ_${subjects.bundleBucket}`),
    ],
    subscribe: [subjects.satelliteIn(satellite), subjects.opsIn(satellite)],
  };
}

/** The ground: orders to every node, what they report, and the fleet's streams and buckets. It never speaks as the world. */
export function groundPermissions(fleet: string): BusPermissions {
  const { every, telemetryStream, bundleBucket, modeBucket } = subjectsOf(fleet);
  const streams = [telemetryStream, `OBJ_${bundleBucket}`, `KV_${modeBucket}`];
  return {
    publish: [
      every.opsIn,
      `$O.${bundleBucket}.>`,
      '$JS.API.INFO',
      ...streams.flatMap((stream) => [
        ...['CREATE', 'UPDATE', 'INFO', 'PURGE', 'MSG.GET'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`),
        ...directGet('$JS.API', stream),
        `$JS.API.CONSUMER.*.${stream}`,
        `$JS.API.CONSUMER.*.${stream}.>`,
        `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.>`,
        `$JS.API.CONSUMER.MSG.NEXT.${stream}.>`,
        `$JS.ACK.${stream}.>`,
      ]),
    ],
    subscribe: [every.opsOut, every.telemetry],
  };
}

/** What a server beside satellites serves. */
export interface LeafStation {
  /** Its JetStream domain. */
  readonly domain: string;
  /** The satellites whose nodes it serves. */
  readonly nodes: readonly { readonly satellite: string; readonly publicKey: string }[];
}

/**
 * What may cross the link of a server beside satellites. Its satellites' reports and modes and their reading of bundles go to
 * the ground, orders and answers come from there, and the ground's stream takes their telemetry over. The world's questions and
 * the answers do not take this way.
 */
export function leafPermissions(fleet: string, { domain, nodes }: LeafStation): BusPermissions {
  const subjects = subjectsOf(fleet);
  const { telemetryStream } = subjects;
  return {
    publish: [
      ...nodes.flatMap(({ satellite }) => [
        subjects.opsOut(satellite),
        `$JS.${HUB_DOMAIN}.API.$KV.${subjects.modeBucket}.${subjects.modeKey(satellite)}`,
      ]),
      ...directGet(`$JS.${HUB_DOMAIN}.API`, `OBJ_${subjects.bundleBucket}`),
      `${subjects.takeover(domain)}.>`,
      // Where the other server expects the answer when it asks for the telemetry.
      '$JSC.R.*',
    ],
    subscribe: [
      ...nodes.flatMap(({ satellite, publicKey }) => [subjects.opsIn(satellite), `${inboxOf(publicKey)}.>`]),
      `$JS.${domain}.API.CONSUMER.>`,
      `$JS.FC.${telemetryStream}.>`,
      `$JS.ACK.${telemetryStream}.>`,
    ],
  };
}

/** JetStream domain of the server on the ground; servers beside satellites have domains of their own. */
export const HUB_DOMAIN = 'hub';

/** What a user subscribes to with its inbox, where answers to its requests arrive. */
export function subscriptionsOf(user: BusUser): readonly string[] {
  return [...user.permissions.subscribe, `${inboxOf(user.publicKey)}.>`];
}

function directGet(api: string, stream: string): readonly string[] {
  return [`${api}.DIRECT.GET.${stream}`, `${api}.DIRECT.GET.${stream}.>`];
}
