import { type Snapshot, createActor } from 'xstate';
import { type ModeEvent, SpaceCloudError } from '../core/index.ts';
import { centreMachine, centreModes } from './centre.machine.ts';
import { gatewayMachine, gatewayModes } from './gateway.machine.ts';
import type { ModeChange } from './mode-change.ts';
import type { GroundEvent, GroundModes } from './radios.ts';
import { terminalMachine, terminalModes } from './terminal.machine.ts';
import type { GroundLayout, WorldPort } from './world-port.ts';

/** A handover under way: of which radio, until when in simulated time. */
export interface PendingHandover {
  readonly node: number;
  readonly part: number;
  readonly untilS: number;
}

type GroundKind = 'gateway' | 'data centre' | 'terminal';
type AntennaEvent = Extract<ModeEvent, `antenna.${string}`>;
type GroundModeEvent = Extract<ModeEvent, AntennaEvent | `gateway.${string}` | `centre.${string}`>;

const HEARD_BY: Readonly<Record<GroundModeEvent, readonly GroundKind[]>> = {
  'antenna.attach': ['gateway', 'terminal'],
  'antenna.handover': ['gateway', 'terminal'],
  'antenna.detach': ['gateway', 'terminal'],
  'gateway.down': ['gateway'],
  'gateway.up': ['gateway'],
  'centre.down': ['data centre'],
  'centre.up': ['data centre'],
};

const FIX_LAYOUT = 'Give the constellation the `layout` of the scenario whose worlds it runs.';

/** The running machine of one ground node. */
interface GroundAgent {
  send(event: GroundEvent): void;
  modes(): GroundModes;
  save(): Snapshot<unknown>;
  stop(): void;
}

/** Whether a mode event is for a ground node. */
export function isGroundEvent(type: ModeEvent): type is GroundModeEvent {
  return Object.hasOwn(HEARD_BY, type);
}

/** The machines of the ground nodes of one world, made at the first event that reaches a node, and handovers under way. */
export class GroundAgents {
  private readonly world: WorldPort;
  private readonly layout: GroundLayout;
  private readonly handoverS: number;
  private readonly agents = new Map<number, GroundAgent>();
  /** By radio, in order of `untilS`: all last equally long, and one that begins anew goes to the end. */
  private readonly handovers = new Map<number, PendingHandover>();

  constructor(world: WorldPort, layout: GroundLayout, handoverS: number) {
    this.world = world;
    this.layout = layout;
    this.handoverS = handoverS;
  }

  /** Sends one mode event of the world; `part`: the antenna for `antenna.*`. Appends what changed. */
  send(type: GroundModeEvent, node: number, part: number, changes: ModeChange[]): void {
    const kind = this.kindOf(node);
    if (kind === undefined || !HEARD_BY[type].includes(kind)) {
      const expected = HEARD_BY[type].join(' or ');
      throw this.misuse(`Expected a ${expected} for '${type}', got ${this.nameOf(node)} (${node}).`);
    }
    if (!isAntennaEvent(type)) return this.tell(node, { type }, changes);
    if (!(Number.isInteger(part) && part >= 0)) {
      throw this.misuse(
        `Expected the antenna of ${this.nameOf(node)} for '${type}', counted from 0, got ${part}.`,
        'Report it in the `part` column of the world.',
      );
    }
    const radio = part * this.world.nodeCount + node;
    this.handovers.delete(radio);
    if (type === 'antenna.handover') {
      this.handovers.set(radio, { node, part, untilS: this.world.timeS + this.handoverS });
    }
    this.tell(node, { type, part }, changes);
  }

  /** Whether a handover ends at `timeS` or before. */
  isDue(timeS: number): boolean {
    const [first] = this.handovers.values();
    return first !== undefined && first.untilS <= timeS;
  }

  /** Ends the handovers that are due; appends what changed. */
  completeHandovers(timeS: number, changes: ModeChange[]): void {
    for (const [radio, { node, part, untilS }] of this.handovers) {
      if (untilS > timeS) return;
      this.handovers.delete(radio);
      this.tell(node, { type: 'handover.completed', part }, changes);
    }
  }

  /** Persisted snapshots by node, and handovers under way; JSON-safe. */
  save(): { readonly snapshots: readonly (readonly [number, unknown])[]; readonly handovers: PendingHandover[] } {
    const snapshots = [...this.agents].map(([node, agent]) => [node, agent.save()] as const);
    return { snapshots, handovers: [...this.handovers.values()] };
  }

  /** Takes over a saved machine. */
  restore(node: number, snapshot: unknown): void {
    this.agentOf(node, snapshot as Snapshot<unknown>);
  }

  restoreHandovers(handovers: readonly PendingHandover[]): void {
    this.handovers.clear();
    for (const handover of handovers) {
      this.handovers.set(handover.part * this.world.nodeCount + handover.node, handover);
    }
  }

  stop(): void {
    for (const agent of this.agents.values()) agent.stop();
    this.agents.clear();
    this.handovers.clear();
  }

  private tell(node: number, event: GroundEvent, changes: ModeChange[]): void {
    const agent = this.agentOf(node);
    const before = agent.modes();
    agent.send(event);
    const after = agent.modes();
    const enter = (region: string, from: string, to: string): void => {
      if (from !== to) changes.push({ node, name: this.nameOf(node), region, from, to, reason: null });
    };
    enter('service', before.service, after.service);
    after.radios.forEach((mode, part) => enter(`radio-${part}`, before.radios[part] ?? 'detached', mode));
    enter('link', before.link, after.link);
  }

  private agentOf(node: number, snapshot?: Snapshot<unknown>): GroundAgent {
    const known = this.agents.get(node);
    if (known !== undefined) return known;
    const kind = this.kindOf(node);
    if (kind === undefined) throw this.misuse(`Expected a ground node, got ${this.nameOf(node)} (${node}).`);
    const agent = startAgent(kind, node, snapshot);
    this.agents.set(node, agent);
    return agent;
  }

  private kindOf(node: number): GroundKind | undefined {
    const { gatewayCount, dataCentreCount } = this.layout;
    const ground = node - this.world.satelliteCount;
    if (!Number.isInteger(ground) || ground < 0 || node >= this.world.nodeCount) return undefined;
    if (ground < gatewayCount) return 'gateway';
    return ground < gatewayCount + dataCentreCount ? 'data centre' : 'terminal';
  }

  private nameOf(node: number): string {
    return this.world.nodeNames[node] ?? `node ${node}`;
  }

  private misuse(message: string, hint = FIX_LAYOUT): SpaceCloudError {
    return new SpaceCloudError('MISUSE', `${message} (mode event of a world at ${this.world.timeS} s)`, { hint });
  }
}

function isAntennaEvent(type: GroundModeEvent): type is AntennaEvent {
  return type.startsWith('antenna.');
}

function startAgent(kind: GroundKind, node: number, snapshot: Snapshot<unknown> | undefined): GroundAgent {
  const options = snapshot === undefined ? { input: { node } } : { input: { node }, snapshot };
  switch (kind) {
    case 'gateway': {
      const actor = createActor(gatewayMachine, options).start();
      return agentOver(actor, () => gatewayModes(actor.getSnapshot()));
    }
    case 'data centre': {
      const actor = createActor(centreMachine, options).start();
      return agentOver(actor, () => centreModes(actor.getSnapshot()));
    }
    case 'terminal': {
      const actor = createActor(terminalMachine, options).start();
      return agentOver(actor, () => terminalModes(actor.getSnapshot()));
    }
  }
}

interface GroundActor {
  send(event: GroundEvent): void;
  getPersistedSnapshot(): Snapshot<unknown>;
  stop(): unknown;
}

function agentOver(actor: GroundActor, modes: () => GroundModes): GroundAgent {
  return {
    send: (event) => actor.send(event),
    modes,
    save: () => actor.getPersistedSnapshot(),
    stop: () => void actor.stop(),
  };
}
