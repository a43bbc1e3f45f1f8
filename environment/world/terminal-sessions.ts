import { sessionFigures } from '../access/figures.ts';
import { type AccessStretch, type TerminalSession, layOutSession } from '../access/session.ts';
import { radiosOf } from '../network/sites.ts';
import { antennaCostPerGB, pricedTerminals } from './access-columns.ts';
import { noteAccess } from './note-access.ts';
import type { WorldState } from './state.ts';

/** Follows the antennas of a terminal from now on, if nothing did before. `node`: the terminal. */
export function watchAccess(w: WorldState, node: number): void {
  const { model, access } = w;
  const end = model.firstAntenna[node - model.satelliteCount + 1] as number;
  for (let q = model.firstAntenna[node - model.satelliteCount] as number; q < end; q++) {
    access.watched[q] = 1;
    noteAccess(w, q);
  }
}

/** The session of a watched terminal from the start of the run to now. `node`: the terminal. */
export function terminalSession(w: WorldState, node: number): TerminalSession {
  const { model, access, clock } = w;
  const { scenario, geometry } = model;
  const first = model.firstAntenna[node - model.satelliteCount] as number;
  const end = model.firstAntenna[node - model.satelliteCount + 1] as number;
  const kinds = radiosOf(scenario);
  const antennas = Array.from({ length: end - first }, (_, i) => first + i);
  return layOutSession({
    terminal: geometry.nodeNames[node] as string,
    fromS: clock.startS,
    toS: clock.timeS,
    access: scenario.terminals[node - model.firstTerminal]?.access ?? 'fastest',
    handoverS: scenario.handoverS,
    radios: antennas.map((q) => ({
      radio: kinds[geometry.siteRadio[geometry.antennaSite[q] as number] as number]?.name ?? '',
      costPerGB: antennaCostPerGB(model, q),
      bitsUp: access.bits[q] as number,
      bitsDown: access.bits[model.antennaCount + q] as number,
    })),
    stretches: antennas.flatMap((q, i) => stretchesOf(w, q, i)),
  });
}

function stretchesOf({ access, clock }: WorldState, q: number, antenna: number): AccessStretch[] {
  const rows = Array.from({ length: access.n }, (_, row) => row).filter((row) => access.antenna[row] === q);
  return rows.flatMap((row, i): AccessStretch[] => {
    const next = rows[i + 1];
    const [fromS, toS] = [
      access.timeS[row] as number,
      next === undefined ? clock.timeS : (access.timeS[next] as number),
    ];
    const satellite = access.satellite[row] as number;
    if (satellite < 0 || toS <= fromS) return [];
    return [
      {
        ...{ antenna, satellite, fromS, toS },
        usableS: Math.min(toS, access.usableS[row] as number),
        rateBps: access.rateBps[row] as number,
        rangeKm: access.rangeKm[row] as number,
      },
    ];
  });
}

/**
 * Key figures of the sessions of terminals with a radio that has a price; nothing in scenarios without prices. Continuity,
 * handovers and rates are means over these terminals, the interruption is the longest of any, the price that of all their bytes.
 */
export function accessKpis(w: WorldState): Record<string, number> {
  const { model } = w;
  const { constellation } = model.geometry;
  const nodes = pricedTerminals(model);
  if (nodes.size === 0) return {};
  const of = (satellite: number): number => constellation[satellite] as number;
  const sessions = [...nodes].map((node) => terminalSession(w, node));
  const figures = sessions.map((session) => sessionFigures(session, of));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const kpis: Record<string, number> = {
    continuityFrac: mean(figures.map(({ continuityFrac }) => continuityFrac)),
    handoversPerHour: mean(figures.map(({ handoversPerHour }) => handoversPerHour)),
    longestInterruptionS: Math.max(...figures.map(({ longestInterruptionS }) => longestInterruptionS)),
    costPerGB: mean(figures.map(({ cost }) => cost)) / mean(figures.map(({ gigabytes }) => gigabytes)),
  };
  model.scenario.constellations.forEach(({ name }, index) => {
    const links = sessions.flatMap(({ stretches }) => stretches.filter(({ satellite }) => of(satellite) === index));
    const usableS = links.reduce((sum, { usableS: fromS, toS }) => sum + toS - fromS, 0);
    const bits = links.reduce((sum, { usableS: fromS, toS, rateBps }) => sum + (toS - fromS) * rateBps, 0);
    if (usableS > 0) kpis[`rateBps.${name}`] = bits / usableS;
  });
  return kpis;
}
