import { type DecisionSpec, type Policy, SPACE_CLOUD_SPEC, decisionSpecHash } from '../../core/index.ts';
import type { BundleRefusal, SatelliteModes } from '../satellite.machine.ts';
import type { NodeAddress } from './address.ts';
import type { WorldLine } from './channel.ts';
import { Mirrors } from './mirror.ts';
import { NodeDesk } from './node-desk.ts';
import { NodeMind, type NodePolicy } from './node-mind.ts';
import { SocketLine } from './socket-line.ts';
import type { Timer } from './timer.ts';

/** A hello without an answer is said again after this time, ms. */
const HELLO_AGAIN_MS = 500;
/** So many of these times without a word of the world, and the line is made anew: a damaged one may carry only one way. */
const MOST_SILENT = 20;

interface NodeOptions {
  /** Name of the satellite this process is. */
  readonly satellite: string;
  readonly policy: Policy;
  readonly timer: Timer;
  /** Draws 32 random bits: names of hellos, which nobody should be able to guess. */
  readonly draw: () => number;
  readonly spec?: DecisionSpec;
  readonly bundleVersion?: string;
  /** Why this node's own checks refuse its bundle, now or from some time on; null (default) = accepted. */
  readonly refusal?: BundleRefusal | null | (() => BundleRefusal | null);
  /** Called when the world has taken this node: at first, and after each loss. */
  readonly onWelcome?: () => void;
  /** Called once, before the node begins, with what changes it while it runs. */
  readonly onControl?: (control: NodeControl) => void;
  /** Told the modes of its satellite in a world: when it hears of them first, and when they change. */
  readonly onModes?: (modes: SatelliteModes, world: number) => void;
  /** Aborting ends the node's work. */
  readonly signal?: AbortSignal;
}

export type RunNodeOptions = NodeOptions &
  (
    | {
        /** A world at a local socket. */
        readonly address: NodeAddress;
      }
    | {
        /** Another way to the world, such as a bus. */
        readonly line: WorldLine;
      }
  );

/** What a node has done. */
export interface NodeCounts {
  readonly requests: number;
  readonly decisions: number;
  /** Decisions the node left to its satellite's fallback. */
  readonly abstentions: number;
  /** Times the world took this node. */
  readonly sessions: number;
  /** Messages that were dropped: damaged ones, and those of other sessions or heard before. */
  readonly dropped: { readonly corrupt: number; readonly stale: number };
}

export interface NodeResult extends NodeCounts {
  /** `goodbye`: the world has finished. */
  readonly endedBy: 'goodbye' | 'abort';
}

/** How a node stands now. */
export interface NodeState extends NodeCounts {
  readonly policy: string;
  readonly bundleVersion: string;
  /** Why the bundle may not decide; null: it may. */
  readonly refusal: BundleRefusal | null;
  /** Simulated time of the last request, s; null before the first. */
  readonly timeS: number | null;
}

/** Changes a node while it runs; what it is told takes effect between two requests. */
export interface NodeControl {
  readonly state: NodeState;
  /** Decides by another policy from now on, and says so to the world. `refusal` as in the options of the node. */
  install(policy: Policy, bundleVersion: string, refusal?: NodeOptions['refusal']): void;
  /** The present bundle may not decide any more: the fallback does, until another one is installed. */
  refuse(reason: BundleRefusal): void;
}

/**
 * Is a satellite: joins the world, decides what it is asked by `policy`, until the world says goodbye. A lost line that comes back
 * is used again; a line that outlives worlds (a bus) is waited on for the world to come, or to come back. Rejects with
 * NODE_CONNECT (or the line's own code) if the world cannot be reached or is lost, NODE_PROTOCOL for another version of the
 * protocol, or with the code the world refuses this node with (BUNDLE_SPEC, NODE_PROTOCOL).
 */
export function runNode(options: RunNodeOptions): Promise<NodeResult> {
  const { satellite, signal, timer, draw, spec = SPACE_CLOUD_SPEC } = options;
  const line: WorldLine = 'line' in options ? options.line : new SocketLine(options.address);
  const first = aboard(options.policy, options.bundleVersion ?? '', options.refusal ?? null);
  const mind = new NodeMind(spec, first, new Mirrors(options.onModes));
  const onWelcome = (): void => options.onWelcome?.();
  const desk = new NodeDesk({ line, mind, satellite, specHash: decisionSpecHash(spec), draw, onWelcome });
  const resultOf = (endedBy: NodeResult['endedBy']): NodeResult => ({ ...countsOf(mind, desk), endedBy });
  options.onControl?.(controlOf(mind, desk));
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return resolve(resultOf('abort'));
    let settled = false;
    let asking: unknown;
    let silent = 0;
    const settle = (outcome: () => void): void => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener('abort', abort);
      timer.clear(asking);
      line.close();
      outcome();
    };
    const abort = (): void => {
      desk.sayBye();
      settle(() => resolve(resultOf('abort')));
    };
    const askAgain = (): void => {
      timer.clear(asking);
      asking = timer.set(() => {
        if (desk.isAsking) desk.introduce();
        if (++silent % MOST_SILENT === 0) line.renew?.();
        askAgain();
      }, HELLO_AGAIN_MS);
    };
    signal?.addEventListener('abort', abort);
    line.open({
      connected() {
        if (settled) return;
        desk.resume();
        askAgain();
      },
      message(bytes) {
        if (settled) return;
        silent = 0;
        try {
          if (desk.take(bytes) === 'goodbye') settle(() => resolve(resultOf('goodbye')));
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      },
      closed: (error) => settle(() => reject(error)),
    });
  });
}

function aboard(
  policy: Policy,
  bundleVersion: string,
  refusal: NonNullable<NodeOptions['refusal']> | null,
): NodePolicy {
  return { policy, bundleVersion, refusalNow: typeof refusal === 'function' ? refusal : () => refusal };
}

function countsOf(mind: NodeMind, desk: NodeDesk): NodeCounts {
  const { requests, decisions, abstentions } = mind;
  return { requests, decisions, abstentions, sessions: desk.sessions, dropped: { ...desk.dropped } };
}

function controlOf(mind: NodeMind, desk: NodeDesk): NodeControl {
  const change = (onBoard: NodePolicy): void => {
    mind.install(onBoard);
    desk.tellStanding();
  };
  return {
    get state() {
      const { onBoard, timeS } = mind;
      return {
        ...countsOf(mind, desk),
        ...{ policy: onBoard.policy.name, bundleVersion: onBoard.bundleVersion, refusal: onBoard.refusalNow() },
        timeS: Number.isNaN(timeS) ? null : timeS,
      };
    },
    install: (policy, bundleVersion, refusal = null) => change(aboard(policy, bundleVersion, refusal)),
    refuse: (reason) => change({ ...mind.onBoard, refusalNow: () => reason }),
  };
}
