/**
 * Every way the product refuses, in one table: code -> exit status and meaning.
 *
 * Exit statuses group by cause, so scripts can tell them apart: 2 usage, 3 scenario, training and study files, 4 element sets and
 * contact plans, 5 files and disk, 6 checkpoints and runs, 7 bundles, 8 nodes and the bus, 9 misuse of the library, 10 figures
 * outside their bands, 11 decision logs. 1 is an unexpected error (a bug); 130 is Ctrl-C.
 * A code is never given a second meaning.
 */
export const ERROR_TABLE = {
  USAGE: { exit: 2, meaning: 'a command line that cannot be understood' },
  SCENARIO_SYNTAX: { exit: 3, meaning: 'the scenario is not well-formed YAML' },
  SCENARIO_TOO_LARGE: { exit: 3, meaning: 'the scenario file or its aliases expand beyond the limit' },
  SCENARIO_FIELD: { exit: 3, meaning: 'a field is unknown, missing, of the wrong type or out of range' },
  SCENARIO_UNIT: { exit: 3, meaning: 'a field carries a unit other than the one its name states' },
  SCENARIO_ORBIT: { exit: 3, meaning: 'an orbit that cannot exist, such as a perigee below the ground' },
  SCENARIO_EMPTY: { exit: 3, meaning: 'a constellation without satellites' },
  SCENARIO_UNREACHABLE: { exit: 3, meaning: 'a ground node that no satellite ever reaches' },
  TRAINING_FILE: { exit: 3, meaning: 'a training file that is no YAML, or a field of it that cannot be' },
  STUDY_FILE: { exit: 3, meaning: 'a study file that is no YAML, or a field of it that cannot be' },
  ROLLOUT_FILE: { exit: 3, meaning: 'a roll-out plan that is no YAML, or a field of it that cannot be' },
  ELEMENTS_SYNTAX: { exit: 4, meaning: 'an element-set file that cannot be read, such as a truncated TLE' },
  ELEMENTS_CHECKSUM: { exit: 4, meaning: 'a TLE line whose checksum does not match' },
  ELEMENTS_UNUSABLE: { exit: 4, meaning: 'no object of the element-set file can be propagated at the epoch' },
  CONTACTS_SYNTAX: { exit: 4, meaning: 'a contact plan that cannot be read' },
  FILE_NOT_FOUND: { exit: 5, meaning: 'a file or folder that does not exist' },
  FILE_READ: { exit: 5, meaning: 'a file that cannot be read' },
  FILE_WRITE: { exit: 5, meaning: 'a file or folder that cannot be written' },
  DISK_FULL: { exit: 5, meaning: 'no space left on the device' },
  RUN_LOCKED: { exit: 6, meaning: 'another process is using this run folder' },
  CHECKPOINT_CORRUPT: { exit: 6, meaning: 'a checkpoint whose digest does not match its content' },
  CHECKPOINT_VERSION: { exit: 6, meaning: 'a checkpoint written by another version' },
  CHECKPOINT_SCENARIO: { exit: 6, meaning: 'a checkpoint of another scenario or configuration' },
  HELD_OUT: { exit: 6, meaning: 'training on what is held out, or evaluation on what was trained on' },
  BUNDLE_MALFORMED: { exit: 7, meaning: 'a bundle or signature that is not in the expected format' },
  BUNDLE_SIGNATURE: { exit: 7, meaning: 'a signature that does not verify' },
  BUNDLE_KEY: { exit: 7, meaning: 'a bundle signed by a key other than the trusted one' },
  BUNDLE_CHANGED: { exit: 7, meaning: 'a bundle file that changed after signing' },
  BUNDLE_MISSING: { exit: 7, meaning: 'a signed bundle file that is missing' },
  BUNDLE_EXTRA: { exit: 7, meaning: 'a file in the bundle that was not signed' },
  BUNDLE_EXPIRED: { exit: 7, meaning: 'a bundle outside its validity window' },
  BUNDLE_SPEC: { exit: 7, meaning: 'a bundle made for another decision specification' },
  BUNDLE_REVOKED: { exit: 7, meaning: 'a bundle, or the key that signed it, that was revoked' },
  BUNDLE_ROLLBACK: { exit: 7, meaning: 'a bundle older than one that was installed before' },
  BUNDLE_SIGNERS: { exit: 7, meaning: 'a bundle with fewer trusted signatures than are required' },
  TRUST_STORE: {
    exit: 7,
    meaning: 'a trust store, revocation list, roll-back order or node state that is damaged, not trusted, or old',
  },
  BUNDLE_GOLDEN: { exit: 7, meaning: 'a bundle that does not reproduce its golden vectors' },
  NODE_CONNECT: { exit: 8, meaning: 'a node that cannot reach the world, or the world a node' },
  NODE_PROTOCOL: { exit: 8, meaning: 'a message between node and world that breaks the protocol' },
  BUS_SERVER: { exit: 8, meaning: 'a nats-server that is missing, too old, or does not start' },
  BUS_CONNECT: { exit: 8, meaning: 'a message bus that cannot be reached or was lost' },
  BUS_DENIED: { exit: 8, meaning: 'a message bus that refused an identity or a subject' },
  MISUSE: { exit: 9, meaning: 'a library call that breaks its contract' },
  ILLEGAL_CHOICE: { exit: 9, meaning: 'a policy chose a masked candidate' },
  CONSERVATION: { exit: 9, meaning: 'energy or bytes did not balance' },
  ENGINE_UNAVAILABLE: { exit: 9, meaning: 'a learning engine that is not installed or does not load' },
  AUDIT_FORMAT: { exit: 11, meaning: 'a decision log that cannot be read' },
  AUDIT_CHAIN: { exit: 11, meaning: 'a decision log whose hash chain is broken' },
  AUDIT_REPLAY: { exit: 11, meaning: 'a decision that the policy of the log does not make again' },
  STUDY_BAND: { exit: 10, meaning: 'a figure of a study outside the band that its file states' },
} as const;

export type ErrorCode = keyof typeof ERROR_TABLE;

/** Where in a user's file the error stands; line and column count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

interface SpaceCloudErrorOptions {
  readonly place?: SourcePlace;
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class. `message` says what was expected, what was found, and for which named thing. */
export class SpaceCloudError extends Error {
  readonly code: ErrorCode;
  readonly place: SourcePlace | undefined;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: SpaceCloudErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SpaceCloudError';
    this.code = code;
    this.place = options.place;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  get exitStatus(): number {
    return ERROR_TABLE[this.code].exit;
  }

  /** `file:line:col: CODE message` and, on a second line, the hint. */
  override toString(): string {
    const hint = this.hint === undefined ? '' : `\n  ${this.hint}`;
    return `${formatPlace(this.place)}${this.code}: ${this.message}${hint}`;
  }
}

function formatPlace(place: SourcePlace | undefined): string {
  if (place === undefined) return '';
  const line = place.line === undefined ? '' : `:${place.line}`;
  const column = place.column === undefined ? '' : `:${place.column}`;
  return `${place.file}${line}${column}: `;
}
