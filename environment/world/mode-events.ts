import type { WorldState } from './state.ts';

/** Appends a mode event, an index into `MODE_EVENTS`; the agents drain them before the next decision. */
export function reportMode(w: WorldState, kind: number, node: number, part = -1): void {
  const { modeEvents } = w;
  if (modeEvents.n === modeEvents.kind.length) growModeEvents(w);
  modeEvents.kind[modeEvents.n] = kind;
  modeEvents.node[modeEvents.n] = node;
  modeEvents.part[modeEvents.n] = part;
  modeEvents.n++;
}

function growModeEvents(w: WorldState): void {
  const { modeEvents } = w;
  const size = modeEvents.kind.length * 2;
  const kind = new Uint8Array(size);
  kind.set(modeEvents.kind);
  modeEvents.kind = kind;
  const node = new Int32Array(size);
  node.set(modeEvents.node);
  modeEvents.node = node;
  const part = new Int32Array(size);
  part.set(modeEvents.part);
  modeEvents.part = part;
}
