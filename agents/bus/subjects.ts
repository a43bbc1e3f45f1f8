/** What may stand between two dots of a subject, in a stream's name and in a key of a bucket alike. */
const TOKEN = /^[A-Za-z0-9_-]+$/;
/** What `tokenOf` makes of other names; a name that looks like it is written out too, so that no two names share a token. */
const HEX = /^x(?:[0-9a-f]{2})*$/;

/** First tokens of every subject; the number is that of the messages' layout. */
const SUBJECT_ROOT = 'spacecloud.v2';

/** Subjects, streams and buckets of one fleet. A satellite is given by its name. */
export interface FleetSubjects {
  /** `spacecloud.v2.<fleet>`. */
  readonly prefix: string;
  /** World to node: welcome, refused, request, event, goodbye. */
  satelliteIn(satellite: string): string;
  /** Node to world: hello, answer, heartbeat, bye. */
  satelliteOut(satellite: string): string;
  /** Ground to node: update, revoke. */
  opsIn(satellite: string): string;
  /** Node to ground: installed, refused, audit head. */
  opsOut(satellite: string): string;
  /** Node to ground, kept by the stream `telemetryStream` until it is fetched. */
  telemetry(satellite: string): string;
  /** The same subjects of all satellites, for subscriptions. */
  readonly every: Readonly<Record<'satelliteIn' | 'satelliteOut' | 'opsIn' | 'opsOut' | 'telemetry', string>>;
  /** First part of the subjects by which the ground's stream takes telemetry over from the server with this domain. */
  takeover(domain: string): string;
  readonly telemetryStream: string;
  /** Object store with one object per bundle. */
  readonly bundleBucket: string;
  /** Key-value bucket with one key per satellite. */
  readonly modeBucket: string;
  modeKey(satellite: string): string;
}

/** Names on the bus of the fleet called `fleet`. */
export function subjectsOf(fleet: string): FleetSubjects {
  const token = tokenOf(fleet);
  const prefix = `${SUBJECT_ROOT}.${token}`;
  return {
    prefix,
    satelliteIn: (satellite) => `${prefix}.sat.${tokenOf(satellite)}.in`,
    satelliteOut: (satellite) => `${prefix}.sat.${tokenOf(satellite)}.out`,
    opsIn: (satellite) => `${prefix}.ops.${tokenOf(satellite)}.in`,
    opsOut: (satellite) => `${prefix}.ops.${tokenOf(satellite)}.out`,
    telemetry: (satellite) => `${prefix}.telemetry.${tokenOf(satellite)}`,
    every: {
      satelliteIn: `${prefix}.sat.*.in`,
      satelliteOut: `${prefix}.sat.*.out`,
      opsIn: `${prefix}.ops.*.in`,
      opsOut: `${prefix}.ops.*.out`,
      telemetry: `${prefix}.telemetry.*`,
    },
    takeover: (domain) => `${prefix}.takeover.${tokenOf(domain)}`,
    telemetryStream: `TELEMETRY_${token}`,
    bundleBucket: `bundles_${token}`,
    modeBucket: `modes_${token}`,
    modeKey: tokenOf,
  };
}

/** A name as one token: itself where it may stand, else `x` and its UTF-8 in hexadecimal. No two names share a token. */
export function tokenOf(name: string): string {
  if (TOKEN.test(name) && !HEX.test(name)) return name;
  const bytes = new TextEncoder().encode(name);
  return `x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The name that `tokenOf` made `token` of. */
export function nameOf(token: string): string {
  if (!HEX.test(token)) return token;
  const pairs = token.slice(1).match(/../g) ?? [];
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)),
  );
}

/** Name of the satellite that a subject of the fleet speaks of, or undefined where it is none of the fleet's. */
export function satelliteOf(fleet: string, subject: string): string | undefined {
  const { prefix } = subjectsOf(fleet);
  if (!subject.startsWith(`${prefix}.`)) return undefined;
  const [plane, token] = subject.slice(prefix.length + 1).split('.');
  const known = plane === 'sat' || plane === 'ops' || plane === 'telemetry';
  return known && token !== undefined ? nameOf(token) : undefined;
}
