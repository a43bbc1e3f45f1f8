import type { SpaceCloudError } from '../../core/index.ts';

/** The world's end of a way to one node. What is sent may be lost. */
export interface NodeChannel {
  /** Name of the only satellite that this channel can speak for; undefined where the transport does not know. */
  readonly satellite: string | undefined;
  /** Largest message it carries. */
  readonly maxBytes: number;
  send(message: Uint8Array): void;
  /** Ends it after what was sent. */
  end(): void;
}

/** What a door tells of its channels. */
export interface DoorEvents {
  /** The bytes are valid during the call. */
  message(channel: NodeChannel, bytes: Uint8Array): void;
  /** The channel is gone for good. */
  closed(channel: NodeChannel): void;
}

/** Where nodes come in. */
export interface NodeDoor {
  /** Errors: NODE_CONNECT, BUS_*. */
  open(events: DoorEvents): Promise<void>;
  /** Makes the way in anew: nothing came for long, though there were nodes. */
  renew?(): void;
  /** Resolves when what was sent has left and all channels are gone. */
  close(): Promise<void>;
}

/** What a line tells its node. */
export interface LineEvents {
  /** There is a connection, for the first time or again. */
  connected(): void;
  /** The bytes are valid during the call. */
  message(bytes: Uint8Array): void;
  /** The line is gone for good. */
  closed(error: SpaceCloudError): void;
}

/** A node's end of the way to the world. What is sent may be lost. */
export interface WorldLine {
  /** For messages. */
  readonly where: string;
  /** Whether it outlives worlds: a node waits on it for the world to come, or to come back. */
  readonly outlivesWorlds: boolean;
  open(events: LineEvents): void;
  send(message: Uint8Array): void;
  /** Makes the way anew: nothing came for long. */
  renew?(): void;
  close(): void;
}
