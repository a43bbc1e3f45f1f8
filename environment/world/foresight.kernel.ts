import { CONTENT, JOB, MESSAGE, OBSERVATION, Rng } from '../../core/index.ts';
import { drawFromCdf } from '../traffic/traffic-classes.ts';
import { ARRIVAL } from './event-queue.kernel.ts';
import type { Foresight } from './foresight-columns.ts';
import type { WorldState } from './state.ts';

const INITIAL_REQUESTS = 4096;

/**
 * Time of the next request for an object after now, at most `horizonS` ahead, from a terminal that this satellite will serve then
 * by its present and next contacts; Infinity if there is none. Failures to come, and queues on the way up, are not foreseen.
 */
export function nextRequestS(w: WorldState, satellite: number, object: number, horizonS: number): number {
  const f = (w.foresight.of ??= createForesight(w));
  forget(f, w.clock.timeS);
  foresee(w, f, w.clock.timeS + horizonS);
  for (let at = f.head[object]!; at >= 0; at = f.next[at]!) {
    if (f.timeS[at]! > w.clock.timeS + horizonS) break;
    if (serves(w, satellite, f.terminal[at]!, f.timeS[at]!)) return f.timeS[at]!;
  }
  return Infinity;
}

function createForesight(w: WorldState): Foresight {
  const { events, model, arrivalRng } = w;
  const rng = new Rng(0, 'foresight');
  rng.state.set(arrivalRng.state);
  const nextS = new Float64Array(model.traffic.classes.length).fill(Infinity);
  for (let i = 0; i < events.n; i++) if (events.kind[i] === ARRIVAL) nextS[events.a[i]!] = events.timeS[i]!;
  return {
    rng,
    nextS,
    untilS: w.clock.timeS,
    first: 0,
    n: 0,
    ...createRing(INITIAL_REQUESTS),
    head: new Int32Array(model.traffic.objectCount).fill(-1),
    tail: new Int32Array(model.traffic.objectCount).fill(-1),
  };
}

function createRing(length: number): Pick<Foresight, 'timeS' | 'object' | 'terminal' | 'next'> {
  return {
    timeS: new Float64Array(length),
    object: new Int32Array(length),
    terminal: new Int32Array(length),
    next: new Int32Array(length),
  };
}

/** Draws all arrivals up to `untilS` as `createTask` and `scheduleArrival` will. */
function foresee(w: WorldState, f: Foresight, untilS: number): void {
  const { nextS, rng } = f;
  const { classes } = w.model.traffic;
  while (f.untilS < untilS) {
    let first = 0;
    for (let c = 1; c < nextS.length; c++) if (nextS[c]! < nextS[first]!) first = c;
    const atS = nextS.length === 0 ? Infinity : nextS[first]!;
    if (atS > untilS) {
      f.untilS = untilS;
      return;
    }
    drawTask(w, f, first, atS);
    const followsS = atS + rng.exponential(1 / classes[first]!.ratePerS);
    nextS[first] = followsS < w.clock.arrivalsUntilS ? followsS : Infinity;
    f.untilS = atS;
  }
}

/** The draws of one task; only requests are kept. */
function drawTask(w: WorldState, f: Foresight, trafficClass: number, atS: number): void {
  const { traffic, firstTerminal } = w.model;
  const c = traffic.classes[trafficClass]!;
  const { sourceCdf, satellites, centres } = w.model.participants[trafficClass]!;
  const { rng } = f;
  if (c.family === MESSAGE) {
    rng.uniform();
    rng.uniform();
    if (c.sizeSpread !== 0) rng.normal();
  } else if (c.family === CONTENT) {
    const terminal = firstTerminal + drawFromCdf(sourceCdf, 0, sourceCdf.length, rng.uniform());
    remember(f, atS, drawFromCdf(traffic.objectCdf, c.firstObject, c.objects, rng.uniform()), terminal);
  } else if (c.family === OBSERVATION) {
    rng.int(satellites.length);
    if (c.consumerIsDataCentre) rng.int(centres.length);
    else rng.uniform();
  } else if (c.family === JOB) {
    rng.uniform();
  }
}

function remember(f: Foresight, timeS: number, object: number, terminal: number): void {
  if (f.n === f.timeS.length) grow(f);
  const at = (f.first + f.n++) % f.timeS.length;
  f.timeS[at] = timeS;
  f.object[at] = object;
  f.terminal[at] = terminal;
  f.next[at] = -1;
  const tail = f.tail[object]!;
  if (tail >= 0) f.next[tail] = at;
  else f.head[object] = at;
  f.tail[object] = at;
}

/** Drops requests that have been made by now. */
function forget(f: Foresight, nowS: number): void {
  while (f.n > 0 && f.timeS[f.first]! <= nowS) {
    const object = f.object[f.first]!;
    const next = f.next[f.first]!;
    f.head[object] = next;
    if (next < 0) f.tail[object] = -1;
    f.first = (f.first + 1) % f.timeS.length;
    f.n--;
  }
}

function grow(f: Foresight): void {
  const { timeS, object, terminal, first, n } = f;
  Object.assign(f, createRing(2 * timeS.length), { first: 0, n: 0 });
  f.head.fill(-1);
  f.tail.fill(-1);
  for (let i = 0; i < n; i++) {
    const at = (first + i) % timeS.length;
    remember(f, timeS[at]!, object[at]!, terminal[at]!);
  }
}

/** Whether by its present or next contacts a satellite will be over an antenna of the terminal then. */
function serves(w: WorldState, satellite: number, terminal: number, atS: number): boolean {
  const { model, links, plan } = w;
  const ground = terminal - model.satelliteCount;
  const end = model.firstAntenna[ground + 1]!;
  for (let q = model.firstAntenna[ground]!; q < end; q++) {
    const link = model.firstUplink + q;
    if (links.to[link]! >= 0) {
      if (links.to[link] === satellite && atS < links.untilS[link]!) return true;
    } else if (plan.nextSatellite[q] === satellite && atS >= plan.nextAttachS[q]!) {
      return true;
    }
  }
  return false;
}
