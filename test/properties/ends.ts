import { DROP_REASONS } from '../../core/index.ts';
import type { World } from '../../environment/index.ts';

/** How the tasks of a world come into being and end, taken down one by one. */
export interface Ends {
  readonly tasks: number;
  /** Throws unless every task that came into being has ended, once, with one reason, as the statistics say. */
  check(): void;
}

/**
 * Listens to a world that has not started: to its trajectory hash, into which each end goes as task, reason and time (decisions
 * as three words and a time), and to its count of live tasks. Ids are used again; id and generation name a task for good.
 */
export function recordEnds(world: World): Ends {
  const { hash, tasks, statistics } = world.columns;
  const ends = new Map<string, number>();
  const counts = new Map<string, number>();
  const twice: string[] = [];
  const [addWord, addNumber] = [hash.word.bind(hash), hash.number.bind(hash)];
  let words: number[] = [];
  let ofNumber = false;
  hash.word = (value) => {
    if (!ofNumber) words.push(value);
    addWord(value);
  };
  hash.number = (value) => {
    ofNumber = true;
    addNumber(value);
    ofNumber = false;
    const [task, reason] = words as [number, number];
    if (words.length === 2) {
      const name = `${task} of generation ${tasks.generation[task]}`;
      if (ends.has(name)) twice.push(name);
      ends.set(name, reason);
      const kind = `${tasks.family[task]} ${reason}`;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    words = [];
  };
  let [live, born] = [tasks.live, tasks.live];
  Object.defineProperty(tasks, 'live', {
    get: () => live,
    set: (value: number) => {
      if (value > live) born++;
      live = value;
    },
    enumerable: true,
  });
  return {
    get tasks() {
      return born;
    },
    check() {
      must(twice.length === 0, `one end of each task, got two of task ${twice[0]}`);
      must(ends.size === born, `${born} ends, got ${ends.size}`);
      for (let task = 0; task < tasks.capacity; task++) {
        for (let generation = 0; generation < (tasks.generation[task] as number); generation++) {
          const reason = ends.get(`${task} of generation ${generation}`);
          must(reason !== undefined, `an end of task ${task} of generation ${generation}, got none`);
          must((reason as number) < DROP_REASONS.length, `a reason, got ${reason}`);
        }
      }
      statistics.delivered.forEach((n, family) => {
        DROP_REASONS.forEach((name, reason) => {
          const counted = reason === 0 ? n : (statistics.dropped[family * DROP_REASONS.length + reason] as number);
          const seen = counts.get(`${family} ${reason}`) ?? 0;
          must(seen === counted, `${counted} ends of family ${family} as '${name}', got ${seen}`);
        });
      });
    },
  };
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Expected ${what}.`);
}
