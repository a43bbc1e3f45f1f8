import { type DecisionBatch, type Departures, SENT } from '../../core/index.ts';
import { knowledgeOf } from './kind-rule.ts';

/** One end of waiting in a link's queue, with what was noted about the bundle. */
export interface Departure<Note> {
  readonly note: Note;
  /** False: its task ended where it waited, or it was decided anew. */
  readonly sent: boolean;
  readonly timeS: number;
  /** When it reaches the other end, s; NaN of what was not sent. */
  readonly reachS: number;
}

/** Remembers choices of links until the world says what became of them. */
export class SentBundles<Note> {
  private readonly departures: Departures;
  private readonly waiting = new Map<number, Note>();

  constructor(batch: DecisionBatch, world: number) {
    this.departures = knowledgeOf(batch, world, 'departures');
    this.departures.watch();
    this.departures.n = 0;
  }

  /** Notes that a decision puts a bundle into a queue. */
  add(decision: number, note: Note): void {
    this.waiting.set(decision, note);
  }

  /** Hands out what has ended since the last call, in order of time. */
  drain(visit: (departure: Departure<Note>) => void): void {
    const { departures, waiting } = this;
    const { n, decision, fate, timeS, reachS } = departures;
    departures.n = 0;
    for (let i = 0; i < n; i++) {
      const note = waiting.get(decision[i] as number);
      if (note === undefined) continue;
      waiting.delete(decision[i] as number);
      visit({ note, sent: fate[i] === SENT, timeS: timeS[i] as number, reachS: reachS[i] as number });
    }
  }
}
