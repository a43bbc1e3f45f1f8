/**
 * The classical eviction algorithms as a reader of the papers would write them: with Maps, arrays and linear searches. Each
 * `request` returns whether it hit; a miss inserts the object, evicting until it fits.
 */
export interface SlowCache {
  request(object: number): boolean;
}

type SizeOf = (object: number) => number;

/** Least recently used: the Map's insertion order is the order of use. */
export function slowLru(capacity: number, sizeOf: SizeOf): SlowCache {
  const held = new Map<number, number>();
  let used = 0;
  return {
    request(object) {
      const hit = held.delete(object);
      if (!hit) {
        used += sizeOf(object);
        while (used > capacity) {
          const [oldest] = held.keys();
          held.delete(oldest as number);
          used -= sizeOf(oldest as number);
        }
      }
      held.set(object, 0);
      return hit;
    },
  };
}

interface Counted {
  readonly object: number;
  uses: number;
  lastUse: number;
  priority: number;
}

/** Evicts what `before` puts first, until the object fits; ties to the entry inserted earlier. */
function slowCounting(
  capacity: number,
  sizeOf: SizeOf,
  {
    before,
    rank,
    evicted,
  }: {
    before: (x: Counted, y: Counted) => boolean;
    rank: (entry: Counted) => number;
    evicted: (entry: Counted) => void;
  },
): SlowCache {
  const held: Counted[] = [];
  let now = 0;
  return {
    request(object) {
      now++;
      const entry = held.find((e) => e.object === object);
      if (entry !== undefined) {
        entry.uses++;
        entry.lastUse = now;
        entry.priority = rank(entry);
        return true;
      }
      const used = (): number => held.reduce((sum, e) => sum + sizeOf(e.object), 0);
      while (used() + sizeOf(object) > capacity) {
        let victim = held[0] as Counted;
        for (const e of held) if (before(e, victim)) victim = e;
        evicted(victim);
        held.splice(held.indexOf(victim), 1);
      }
      const fresh: Counted = { object, uses: 1, lastUse: now, priority: 0 };
      fresh.priority = rank(fresh);
      held.push(fresh);
      return false;
    },
  };
}

/** In-cache least frequently used, ties to the one used longest ago. */
export function slowLfu(capacity: number, sizeOf: SizeOf): SlowCache {
  return slowCounting(capacity, sizeOf, {
    before: (x, y) => x.uses < y.uses || (x.uses === y.uses && x.lastUse < y.lastUse),
    rank: () => 0,
    evicted: () => undefined,
  });
}

/** Greedy-Dual-Size-Frequency with unit cost (Cherkasova 1998): priority = L + uses / size; eviction raises L. */
export function slowGdsf(capacity: number, sizeOf: SizeOf): SlowCache {
  let inflation = 0;
  return slowCounting(capacity, sizeOf, {
    before: (x, y) => x.priority < y.priority,
    rank: (e) => inflation + e.uses / sizeOf(e.object),
    evicted: (e) => {
      inflation = e.priority;
    },
  });
}

/** SIEVE (Zhang et al., NSDI 2024, algorithm 1): a queue with the newest at the head, and a hand that moves from tail to head. */
export function slowSieve(capacity: number, sizeOf: SizeOf): SlowCache {
  const queue: { object: number; visited: boolean }[] = []; // [0] = tail, oldest
  let hand = 0;
  return {
    request(object) {
      const entry = queue.find((e) => e.object === object);
      if (entry !== undefined) {
        entry.visited = true;
        return true;
      }
      const used = (): number => queue.reduce((sum, e) => sum + sizeOf(e.object), 0);
      while (used() + sizeOf(object) > capacity) {
        while ((queue[hand] as { visited: boolean }).visited) {
          (queue[hand] as { visited: boolean }).visited = false;
          hand = (hand + 1) % queue.length;
        }
        queue.splice(hand, 1); // the hand now stands at the next newer entry; past the head it starts at the tail again
        if (hand === queue.length) hand = 0;
      }
      queue.push({ object, visited: false });
      return false;
    },
  };
}

interface Queued {
  readonly object: number;
  uses: number;
}

/**
 * S3-FIFO (Yang et al., SOSP 2023, algorithm 1), queues as arrays with the oldest first. The ghost queue has as many places as
 * the main queue has entries; what returns leaves its place empty (-1).
 */
export function slowS3Fifo(capacity: number, sizeOf: SizeOf): SlowCache {
  const small: Queued[] = [];
  const main: Queued[] = [];
  const ghost: number[] = [];
  const bits = (queue: readonly Queued[]): number => queue.reduce((sum, e) => sum + sizeOf(e.object), 0);
  const evictSmall = (): boolean => {
    for (let e = small.shift(); e !== undefined; e = small.shift()) {
      if (e.uses <= 1) {
        ghost.push(e.object);
        return true;
      }
      main.push({ object: e.object, uses: 0 });
    }
    return false;
  };
  const evictMain = (): void => {
    for (let e = main.shift(); e !== undefined && e.uses > 0; e = main.shift()) {
      main.push({ object: e.object, uses: e.uses - 1 });
    }
  };
  const evict = (): void => {
    const smallIsFull = small.length > 0 && (main.length === 0 || bits(small) >= 0.1 * capacity);
    if (!smallIsFull || !evictSmall()) evictMain();
  };
  return {
    request(object) {
      const entry = [...small, ...main].find((e) => e.object === object);
      if (entry !== undefined) {
        entry.uses = Math.min(3, entry.uses + 1);
        return true;
      }
      while (bits(small) + bits(main) + sizeOf(object) > capacity) evict();
      const place = ghost.lastIndexOf(object);
      const remembered = place >= 0 && place >= ghost.length - main.length;
      if (place >= 0) ghost[place] = -1;
      (remembered ? main : small).push({ object, uses: 0 });
      return false;
    },
  };
}
