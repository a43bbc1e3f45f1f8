import { type StoredMsg, jetstreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { SpaceCloudError } from '../../../core/index.ts';
import type { Bus } from '../bus.ts';
import { subjectsOf } from '../subjects.ts';
import { MOST_PACK_BYTES } from './pack.ts';

/** Name of an object store's stream, the subject of an object's description, and that of its chunks (NATS ADR-20). */
const streamOf = (bucket: string): string => `OBJ_${bucket}`;
const descriptionSubject = (bucket: string, name: string): string =>
  `$O.${bucket}.M.${Buffer.from(name, 'utf8')
    .toString('base64url')
    .padEnd(4 * Math.ceil(name.length / 3), '=')}`;
const chunkSubject = (bucket: string, nuid: string): string => `$O.${bucket}.C.${nuid}`;

/** Ground: puts the pack of a bundle into the fleet's object store, under its root digest. Errors: BUS_CONNECT. */
export async function storeBundle(bus: Bus, fleet: string, rootDigest: string, pack: Uint8Array): Promise<void> {
  try {
    const store = await new Objm(bus.connection).open(subjectsOf(fleet).bundleBucket);
    await store.putBlob({ name: rootDigest }, pack);
  } catch (cause) {
    throw new SpaceCloudError('BUS_CONNECT', `Expected to store bundle ${rootDigest} on the bus: ${String(cause)}`, {
      cause,
      hint: 'Look at the log of the nats-server; its store may be full.',
    });
  }
}

/**
 * Node: the pack of a bundle out of the fleet's object store, message by message (direct get), which is all that a node has the
 * right to. `domain`: where the store is, for a node whose own server is another. Errors: BUS_CONNECT for one that is not there, or not
 * within reach now; BUNDLE_MALFORMED for one that is not whole.
 */
export async function fetchBundle(bus: Bus, fleet: string, rootDigest: string, domain?: string): Promise<Uint8Array> {
  const { bundleBucket } = subjectsOf(fleet);
  const stream = streamOf(bundleBucket);
  const manager = await jetstreamManager(bus.connection, {
    checkAPI: false,
    ...(domain === undefined ? {} : { domain }),
  });
  const get = async (query: { last_by_subj: string } | { seq: number; next_by_subj: string }): Promise<StoredMsg> => {
    const message = await manager.direct.getMessage(stream, query).catch((cause: unknown) => {
      throw notThere(rootDigest, cause);
    });
    if (message === null) throw notThere(rootDigest, undefined);
    return message;
  };
  const description = (await get({ last_by_subj: descriptionSubject(bundleBucket, rootDigest) })).json<{
    readonly nuid?: unknown;
    readonly size?: unknown;
    readonly chunks?: unknown;
  }>();
  const { nuid, size, chunks } = description;
  if (typeof nuid !== 'string' || typeof size !== 'number' || typeof chunks !== 'number') {
    throw notWhole(rootDigest, 'a description without size and chunks');
  }
  if (!(size <= MOST_PACK_BYTES && chunks <= size)) {
    throw notWhole(rootDigest, `${chunks} chunks of ${size} bytes together, above ${MOST_PACK_BYTES}`);
  }
  const parts: Uint8Array[] = [];
  let gotBytes = 0;
  for (let seq = 1; parts.length < chunks;) {
    const chunk = await get({ seq, next_by_subj: chunkSubject(bundleBucket, nuid) });
    parts.push(chunk.data);
    gotBytes += chunk.data.length;
    if (gotBytes > size) throw notWhole(rootDigest, `more than ${size} bytes`);
    seq = chunk.seq + 1;
  }
  const pack = Buffer.concat(parts);
  if (pack.length !== size) throw notWhole(rootDigest, `${pack.length} of ${size} bytes`);
  return pack;
}

function notThere(rootDigest: string, cause: unknown): SpaceCloudError {
  const why = cause instanceof Error ? cause.message : 'no such object';
  return new SpaceCloudError('BUS_CONNECT', `Expected bundle ${rootDigest} in the fleet's store, got: ${why}.`, {
    cause,
    hint: 'The link to the store may be down; the order will be given again.',
  });
}

function notWhole(rootDigest: string, got: string): SpaceCloudError {
  return new SpaceCloudError('BUNDLE_MALFORMED', `Expected bundle ${rootDigest} whole, got ${got}.`, {
    hint: 'Store the bundle again.',
  });
}
