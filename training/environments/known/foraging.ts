import { Rng } from '../../../core/index.ts';
import {
  AGENT_STATUS,
  type MultiAgentEnvironment,
  type ObservationRow,
  actionSpec,
  requireAllowed,
  writeActions,
} from '../multi-agent-environment.ts';

/** Actions of level-based foraging. */
export const FORAGING_ACTIONS = ['none', 'north', 'south', 'west', 'east', 'load'] as const;
const NONE = 0;
const LOAD = 5;
/** Row and column steps of the four moves, by action. */
const MOVES: readonly (readonly [number, number])[] = [
  [0, 0],
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
  [0, 0],
];
const EPISODE_STEPS = 50;
const HIGHEST_LEVEL = 2;
/** Draws of a place before one is given up, as in the original. */
const MOST_ATTEMPTS = 1000;

export interface ForagingOptions {
  /** Cells along a side. */
  readonly size: number;
  readonly players: number;
  readonly foods: number;
  /** Every food then needs the levels of (up to three of) all players together. */
  readonly coop: boolean;
}

/**
 * Level-based foraging (Christianos, Schaefer & Albrecht 2020; package lbforaging 2.0, `Foraging-<size>-<players>p-<foods>f[-coop]-v3`):
 * players of level 1 or 2 walk a grid and load food next to them; those who load together need levels that reach the food's.
 * Each then earns its level's share of the food's; an episode's rewards sum to at most 1. Everything is seen by all; episodes
 * are cut after 50 steps.
 *
 * Differs from the package in what is seen: relative places, scaled to the grid, instead of raw coordinates; and in that
 * what would have no effect (walking into a wall or food, loading where there is none) is masked instead of ignored.
 */
export class Foraging implements MultiAgentEnvironment {
  readonly name: string;
  readonly spec;
  readonly agents: readonly string[];
  readonly status: Uint8Array;
  readonly reward: Float64Array;
  readonly state;
  /** [players] */
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly level: Int32Array;
  /** [size * size] level of the food there, or 0. */
  readonly field: Int32Array;
  readonly size: number;
  private readonly options: ForagingOptions;
  /** Sum of all food levels at the start; steps of the episode. */
  private readonly counters = new Int32Array(2);
  private readonly newRow: Int32Array;
  private readonly newColumn: Int32Array;

  constructor(options: ForagingOptions) {
    const { size, players, foods, coop } = options;
    this.name = `Foraging-${size}x${size}-${players}p-${foods}f${coop ? '-coop' : ''}`;
    this.options = options;
    this.size = size;
    const names = ['level', 'row', 'column'];
    for (let food = 0; food < foods; food++) names.push(...things(`food${food}`), `food${food}CanLoad`);
    for (let other = 1; other < players; other++) names.push(...things(`player${other}`));
    this.spec = actionSpec(names, FORAGING_ACTIONS.length);
    this.agents = Array.from({ length: players }, (_, player) => `player${player}`);
    this.status = new Uint8Array(players);
    this.reward = new Float64Array(players);
    this.row = new Int32Array(players);
    this.column = new Int32Array(players);
    this.level = new Int32Array(players);
    this.field = new Int32Array(size * size);
    this.newRow = new Int32Array(players);
    this.newColumn = new Int32Array(players);
    this.state = {
      row: this.row,
      column: this.column,
      level: this.level,
      field: this.field,
      counters: this.counters,
    };
  }

  reset(seed: number): void {
    const rng = new Rng(seed, 'foraging');
    this.status.fill(AGENT_STATUS.asked);
    this.reward.fill(0);
    this.field.fill(0);
    this.row.fill(-1);
    for (let player = 0; player < this.agents.length; player++) this.placePlayer(player, rng);
    const needed = Int32Array.from(this.level)
      .sort()
      .slice(0, 3)
      .reduce((sum, level) => sum + level, 0);
    let placed = 0;
    for (let attempt = 0; placed < this.options.foods && attempt < MOST_ATTEMPTS; attempt++) {
      const at = this.freeCellForFood(rng);
      if (at === undefined) continue;
      this.field[at] = this.options.coop ? needed : 1 + rng.int(needed);
      placed++;
    }
    this.counters[0] = this.field.reduce((sum, level) => sum + level, 0);
    this.counters[1] = 0;
  }

  step(choices: Uint8Array): void {
    const players = this.agents.length;
    for (let player = 0; player < players; player++) {
      const choice = choices[player] as number;
      requireAllowed(this.isAllowed(player, choice), this.agents[player] as string, choice);
    }
    this.reward.fill(0);
    this.move(choices);
    const loading = Uint8Array.from({ length: players }, (_, player) => (choices[player] === LOAD ? 1 : 0));
    for (let player = 0; player < players; player++) if (loading[player] === 1) this.load(player, loading);
    const steps = (this.counters[1] as number) + 1;
    this.counters[1] = steps;
    if (!this.field.some((level) => level > 0)) this.status.fill(AGENT_STATUS.terminated);
    else if (steps >= EPISODE_STEPS) this.status.fill(AGENT_STATUS.truncated);
  }

  observe(agent: number, row: ObservationRow): void {
    const { context } = row;
    const players = this.agents.length;
    const scale = 1 / this.size;
    const [r, c] = [this.row[agent] as number, this.column[agent] as number];
    let at = 0;
    context[at++] = (this.level[agent] as number) / HIGHEST_LEVEL;
    context[at++] = r * scale;
    context[at++] = c * scale;
    const highest = players * HIGHEST_LEVEL;
    let foods = 0;
    for (let cell = 0; cell < this.field.length; cell++) {
      const level = this.field[cell] as number;
      if (level === 0) continue;
      foods++;
      context[at++] = level / highest;
      context[at++] = (Math.floor(cell / this.size) - r) * scale;
      context[at++] = ((cell % this.size) - c) * scale;
      context[at++] = level <= (this.level[agent] as number) ? 1 : 0;
    }
    at += 4 * (this.options.foods - foods);
    for (let other = 0; other < players; other++) {
      if (other === agent) continue;
      context[at++] = (this.level[other] as number) / HIGHEST_LEVEL;
      context[at++] = ((this.row[other] as number) - r) * scale;
      context[at++] = ((this.column[other] as number) - c) * scale;
    }
    writeActions(row, FORAGING_ACTIONS.length);
    for (let action = 1; action < FORAGING_ACTIONS.length; action++) {
      row.actionMask[action] = this.isAllowed(agent, action) ? 1 : 0;
    }
  }

  /** Whether an action would have an effect, or is `none`. */
  isAllowed(player: number, action: number): boolean {
    if (action === NONE) return true;
    const [r, c] = [this.row[player] as number, this.column[player] as number];
    if (action === LOAD) return this.foodNextTo(r, c) !== undefined;
    const move = MOVES[action];
    if (move === undefined) return false;
    const [toRow, toColumn] = [r + move[0], c + move[1]];
    return this.isInside(toRow, toColumn) && this.field[toRow * this.size + toColumn] === 0;
  }

  /** Cell of the food next to a cell. Foods are placed so that there is at most one. */
  private foodNextTo(r: number, c: number): number | undefined {
    for (const [dr, dc] of MOVES.slice(1, LOAD)) {
      const [nearRow, nearColumn] = [r + dr, c + dc];
      const cell = nearRow * this.size + nearColumn;
      if (this.isInside(nearRow, nearColumn) && (this.field[cell] as number) > 0) return cell;
    }
    return undefined;
  }

  /** Who would meet another, moving or standing, stays. As in the original, two may swap places. */
  private move(choices: Uint8Array): void {
    const players = this.agents.length;
    for (let player = 0; player < players; player++) {
      const [dr, dc] = MOVES[choices[player] as number] as readonly [number, number];
      this.newRow[player] = (this.row[player] as number) + dr;
      this.newColumn[player] = (this.column[player] as number) + dc;
    }
    for (let player = 0; player < players; player++) {
      const meets = this.newRow.some(
        (r, other) => other !== player && r === this.newRow[player] && this.newColumn[other] === this.newColumn[player],
      );
      if (meets) continue;
      this.row[player] = this.newRow[player] as number;
      this.column[player] = this.newColumn[player] as number;
    }
  }

  /** A player and all who load the same food try; nobody tries twice. */
  private load(player: number, loading: Uint8Array): void {
    const cell = this.foodNextTo(this.row[player] as number, this.column[player] as number);
    if (cell === undefined) return;
    const food = this.field[cell] as number;
    const group: number[] = [];
    for (let other = 0; other < this.agents.length; other++) {
      const near = this.foodNextTo(this.row[other] as number, this.column[other] as number) === cell;
      if (loading[other] === 1 && near) group.push(other);
    }
    const strength = group.reduce((sum, other) => sum + (this.level[other] as number), 0);
    for (const other of group) loading[other] = 0;
    if (strength < food) return;
    for (const other of group) {
      this.reward[other] = ((this.level[other] as number) * food) / (strength * (this.counters[0] as number));
    }
    this.field[cell] = 0;
  }

  private placePlayer(player: number, rng: Rng): void {
    for (;;) {
      const [r, c] = [rng.int(this.size), rng.int(this.size)];
      if (this.playerAt(r, c)) continue;
      this.row[player] = r;
      this.column[player] = c;
      this.level[player] = 1 + rng.int(HIGHEST_LEVEL);
      return;
    }
  }

  /** A cell off the border, free, with no food around it nor two cells away in its row or column. */
  private freeCellForFood(rng: Rng): number | undefined {
    const [r, c] = [1 + rng.int(this.size - 2), 1 + rng.int(this.size - 2)];
    for (let dr = -2; dr <= 2; dr++) {
      for (let dc = -2; dc <= 2; dc++) {
        if (Math.max(Math.abs(dr), Math.abs(dc)) === 2 && dr !== 0 && dc !== 0) continue;
        if (this.isInside(r + dr, c + dc) && (this.field[(r + dr) * this.size + c + dc] as number) > 0)
          return undefined;
      }
    }
    return this.playerAt(r, c) ? undefined : r * this.size + c;
  }

  private playerAt(r: number, c: number): boolean {
    return this.row.some((each, player) => each === r && this.column[player] === c);
  }

  private isInside(r: number, c: number): boolean {
    return r >= 0 && r < this.size && c >= 0 && c < this.size;
  }
}

function things(name: string): string[] {
  return [`${name}Level`, `${name}Row`, `${name}Column`];
}
