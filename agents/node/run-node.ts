import { type Socket, createConnection } from 'node:net';
import {
  type DecisionBatch,
  type DecisionSpec,
  ERROR_TABLE,
  type ErrorCode,
  type Policy,
  SPACE_CLOUD_SPEC,
  SpaceCloudError,
  createDecisionBatch,
  decisionSpecHash,
} from '../../core/index.ts';
import type { BundleRefusal } from '../satellite.machine.ts';
import { type NodeAddress, cannotConnect, netAddress, showAddress } from './address.ts';
import { decodeRequest, requestRows } from './batch-codec.ts';
import { FRAME, type Frame, FrameReader, MAX_FRAME_BYTES, PROTOCOL_VERSION, protocolError } from './frames.ts';
import { decodeRefusal, encodeAnswer, encodeHello } from './messages.ts';

export interface RunNodeOptions {
  readonly address: NodeAddress;
  /** Name of the satellite this process is. */
  readonly satellite: string;
  readonly policy: Policy;
  readonly spec?: DecisionSpec;
  readonly bundleVersion?: string;
  /** Why this node's own checks refused its bundle; null (default) = accepted. */
  readonly refusal?: BundleRefusal | null;
  /** Called when the world has taken this node. */
  readonly onWelcome?: () => void;
  /** Aborting ends the node's work. */
  readonly signal?: AbortSignal;
}

export interface NodeResult {
  readonly requests: number;
  readonly decisions: number;
  /** `goodbye`: the world has finished. */
  readonly endedBy: 'goodbye' | 'abort';
}

/** Rows a node has room for at first; it makes more when asked for more. */
const FIRST_ROWS = 64;

/**
 * Is a satellite: joins the world at `address`, decides what it is asked by `policy`, until the world says goodbye. Rejects
 * with NODE_CONNECT if the world cannot be reached or is lost, NODE_PROTOCOL if it breaks the protocol, or with the code the
 * world refuses this node with (BUNDLE_SPEC, NODE_PROTOCOL).
 */
export function runNode(options: RunNodeOptions): Promise<NodeResult> {
  return new Promise((resolve, reject) => {
    const { address, signal } = options;
    if (signal?.aborted === true) return resolve({ requests: 0, decisions: 0, endedBy: 'abort' });
    const where = showAddress(address);
    const socket = createConnection(netAddress(address));
    const desk = new NodeDesk(options, socket);
    const reader = new FrameReader(MAX_FRAME_BYTES);
    const abort = (): void => settle(() => resolve(desk.result('abort')));
    let settled = false;
    const settle = (outcome: () => void): void => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      outcome();
    };
    signal?.addEventListener('abort', abort);
    socket.on('connect', () => desk.introduce());
    socket.on('data', (bytes) => {
      try {
        reader.push(bytes, (frame) => {
          if (!settled && desk.take(frame) === 'goodbye') settle(() => resolve(desk.result('goodbye')));
        });
      } catch (error) {
        const reason = error instanceof Error ? error : new Error(String(error));
        settle(() => reject(reason));
      }
    });
    socket.on('error', (error) =>
      settle(() =>
        reject(
          cannotConnect(
            `Expected a world at ${where}, got ${(error as NodeJS.ErrnoException).code ?? error.message}.`,
            error,
            'Start the world first, and give the node the address it prints.',
          ),
        ),
      ),
    );
    socket.on('close', () =>
      settle(() =>
        reject(
          cannotConnect(
            `Expected a goodbye from the world at ${where}, got the end of the connection.`,
            undefined,
            'The world was stopped or lost; start the node again when it is back.',
          ),
        ),
      ),
    );
  });
}

/** Where a node reads requests and writes answers. */
class NodeDesk {
  private readonly options: RunNodeOptions;
  private readonly spec: DecisionSpec;
  private readonly socket: Socket;
  private batch: DecisionBatch;
  private choices: Uint8Array;
  private welcomed = false;
  private requests = 0;
  private decisions = 0;

  constructor(options: RunNodeOptions, socket: Socket) {
    this.options = options;
    this.socket = socket;
    this.spec = options.spec ?? SPACE_CLOUD_SPEC;
    this.batch = createDecisionBatch(this.spec, FIRST_ROWS);
    this.choices = new Uint8Array(FIRST_ROWS);
  }

  introduce(): void {
    const { satellite, policy, bundleVersion = '', refusal = null } = this.options;
    this.socket.setNoDelay(true);
    this.socket.write(
      encodeHello({
        protocol: PROTOCOL_VERSION,
        specHash: decisionSpecHash(this.spec),
        satellite,
        policy: policy.name,
        bundleVersion,
        refusal,
      }),
    );
  }

  take({ kind, payload }: Frame): 'goodbye' | undefined {
    if (kind === FRAME.refused) throw refusedError(payload, this.options.satellite);
    if (kind === FRAME.goodbye) return 'goodbye';
    if (kind === FRAME.welcome && !this.welcomed) {
      this.welcomed = true;
      this.options.onWelcome?.();
    } else if (kind === FRAME.request && this.welcomed) {
      this.decide(payload);
    } else {
      throw protocolError(
        `Expected a ${this.welcomed ? 'request' : 'welcome'} from the world, got a frame of kind ${kind}.`,
      );
    }
    return undefined;
  }

  result(endedBy: NodeResult['endedBy']): NodeResult {
    return { requests: this.requests, decisions: this.decisions, endedBy };
  }

  private decide(payload: Buffer): void {
    const n = requestRows(payload, this.spec);
    if (n > this.batch.capacity) {
      this.batch = createDecisionBatch(this.spec, n);
      this.choices = new Uint8Array(n);
    }
    const sequence = decodeRequest(payload, this.batch);
    this.options.policy.choose(this.batch, this.choices);
    this.requests++;
    this.decisions += n;
    this.socket.write(encodeAnswer(sequence, this.choices, n));
  }
}

function refusedError(payload: Buffer, satellite: string): SpaceCloudError {
  const { code, message } = decodeRefusal(payload);
  const known: ErrorCode = Object.hasOwn(ERROR_TABLE, code) ? (code as ErrorCode) : 'NODE_PROTOCOL';
  return new SpaceCloudError(known, message, { hint: `The world did not take the node '${satellite}'.` });
}
