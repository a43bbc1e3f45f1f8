import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../../../core/index.ts';
import { World, createWorldModel, labelLinks, worldLinks } from '../../../environment/index.ts';
import { type Geometry, buildGeometry } from '../../../environment/geometry/index.ts';
import { type Explanation, type LinkState, explainLinks } from '../../../environment/network/index.ts';
import { type Scenario, loadScenario } from '../../../environment/scenario/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { must } from '../../present.ts';
import { star66, star66Constellation } from '../geometry/scenarios.ts';
import { drive } from '../world/small-world.ts';

/** So rare that none arrives by itself. */
const traffic = { messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: 1000, deadlineS: 100 }] };
const quito = { name: 'quito', latDeg: 0, lonDeg: -78 };
const far = { name: 'far', latDeg: 5, lonDeg: 100 };
const base = {
  durationS: 600,
  gateways: [{ name: 'gw', latDeg: 0, lonDeg: -70, antennas: 1 }],
  terminals: [quito, far],
  traffic,
};

const ALL = Object.values(CAPABILITIES).reduce((bits, bit) => bits | bit, 0);

interface Built {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
}
function built(changes: Record<string, unknown>): Built {
  const scenario = star66({ ...base, ...changes });
  return { scenario, geometry: buildGeometry(scenario) };
}
const query = { from: 'quito', to: 'far', atS: 105 };
const upLink = ({ links }: Explanation, from: string): LinkState =>
  must(links.find((link) => link.from === from && link.up));
const linkOf = ({ links }: Explanation, { from, to }: Pick<LinkState, 'from' | 'to'>): LinkState =>
  must(links.find((link) => link.from === from && link.to === to));

/** What the world says at 105 s of a run from scenario start, and the link that `quito` has when nothing is wrong. */
function after(
  changes: Record<string, unknown>,
  asked = query,
): { readonly found: Explanation; readonly link: LinkState } {
  const { scenario, geometry } = built(changes);
  const was = upLink(explainLinks(scenario, geometry, query), 'quito');
  const world = new World(createWorldModel(scenario, geometry), { seed: 1, startS: 0, runS: 600 });
  drive(world, createBaseline('shortest-delay+greedy-finish+lru', 1), query.atS);
  const found = explainLinks(scenario, geometry, asked, worldLinks(world));
  return { found, link: asked === query ? linkOf(found, was) : was };
}

describe('explanations with a running world', () => {
  it('name the satellite that is down, and keep to what is left', () => {
    const { scenario, geometry } = built({});
    const { to } = upLink(explainLinks(scenario, geometry, query), 'quito');
    const { found, link } = after({ faults: { scheduled: [{ kind: 'satellite-loss', target: to, atS: 50 }] } });
    expect(link).toMatchObject({ up: false, reason: 'down', text: `${to} is down` });
    expect(found.path).toBeNull();
    expect(found.answer).toContain('no link of quito is up');
  });

  it('tell a terminal that is down from its satellite', () => {
    const [from, to] = ['iridium-p1-s01', 'iridium-p1-s02'];
    const fault = { kind: 'link-loss', target: from, towards: to, atS: 50 };
    const { found } = after({ faults: { scheduled: [fault] } }, { ...query, from, to });
    expect(linkOf(found, { from, to })).toMatchObject({ reason: 'down', text: 'a terminal is down' });
    expect(must(found.path).length).toBeGreaterThan(2); // over others
  });

  it('do not yet tell of what comes later', () => {
    const { scenario, geometry } = built({});
    const { to } = upLink(explainLinks(scenario, geometry, query), 'quito');
    const { link } = after({ faults: { scheduled: [{ kind: 'satellite-loss', target: to, atS: 106 }] } });
    expect(link.up).toBe(true);
  });

  it('jammed: the sites in reach, no others, and only while it lasts', () => {
    const jamming = { kind: 'jamming', atS: 50, durationS: 100, latDeg: 0, lonDeg: -78, radiusKm: 300, fadeDb: 60 };
    const { found, link } = after({ faults: { scheduled: [jamming] } });
    expect(link).toMatchObject({ up: false, reason: 'jammed', text: 'jammed' });
    expect(found.links.filter(({ reason }) => reason === 'jammed').map(({ from }) => from)).toEqual(['quito']);
    expect(upLink(found, 'far').reason).toBe('up');
    expect(after({ faults: { scheduled: [{ ...jamming, durationS: 20 }] } }).link.up).toBe(true);
    // The steps of the MODCOD table reach lower than this: it goes on, more slowly.
    expect(after({ faults: { scheduled: [{ ...jamming, fadeDb: 1 }] } }).link.up).toBe(true);
  });

  it('weather: rain that drowns a radio, cloud over a laser, but not the other way round', () => {
    const rain = { rainFrac: 1, rainMeanS: 1000, rainFadeDb: 60 };
    const cloud = { cloudFrac: 1, cloudMeanS: 1000 };
    const optical = { terminalLink: { kind: 'laser' } };
    const cut = { up: false, reason: 'weather', text: 'cut by the weather' };
    expect(after({ weather: rain }).link).toMatchObject(cut);
    expect(after({ weather: cloud, ...optical }).link).toMatchObject(cut);
    expect(after({ weather: cloud }).link.up).toBe(true);
    expect(after({ weather: rain, ...optical }).link.up).toBe(true);
  });

  it('quarantined: what its neighbours have agreed to give nothing', () => {
    const { scenario, geometry } = built({});
    const world = new World(createWorldModel(scenario, geometry), { seed: 1, startS: 0, runS: 600 });
    drive(world, createBaseline('shortest-delay+greedy-finish+lru', 1), query.atS);
    const was = upLink(explainLinks(scenario, geometry, query), 'quito');
    const links = worldLinks(world);
    expect(linkOf(explainLinks(scenario, geometry, query, links), was).up).toBe(true);
    world.setCapabilities(geometry.nodeNames.indexOf(was.to), ALL & ~CAPABILITIES.TRUSTED);
    expect(linkOf(explainLinks(scenario, geometry, query, links), was)).toMatchObject({
      ...{ up: false, reason: 'quarantined', text: `${was.to} is in quarantine` },
    });
  });
});

describe('explanations with a label', () => {
  const nations = { security: { nations: ['ours', 'theirs'], levels: ['open', 'secret'] } };
  const { scenario, geometry } = built({
    ...nations,
    constellations: [{ ...star66Constellation(), owner: 'ours' }],
    terminals: [
      { ...quito, owner: 'ours' },
      { ...far, owner: 'theirs', accreditation: 'open' },
    ],
  });
  const withLabel = (label: { readonly level: string; readonly releasableTo?: string[] }): Explanation =>
    explainLinks(scenario, geometry, query, labelLinks(scenario, geometry, label));

  it('name who may not hold such data', () => {
    expect(withLabel({ level: 'open' }).path).not.toBeNull();
    for (const label of [{ level: 'secret' }, { level: 'open', releasableTo: ['ours'] }]) {
      const found = withLabel(label);
      expect(found.path).toBeNull();
      expect(upLink(found, 'quito').reason).toBe('up');
      const texts = found.links.filter(({ from }) => from === 'far').map(({ reason, text }) => `${reason}: ${text}`);
      expect([texts.length, new Set(texts)]).toEqual([66, new Set(['label: far may not hold such data'])]);
    }
  });

  it('join a world with a label', () => {
    const world = new World(createWorldModel(scenario, geometry), { seed: 1, startS: 100, runS: 100 });
    drive(world, createBaseline('shortest-delay+greedy-finish+lru', 1), query.atS);
    const found = explainLinks(scenario, geometry, query, worldLinks(world, { level: 'secret' }));
    expect(found.answer).toContain('far may not hold such data');
  });
});

describe('links that others take', () => {
  it('no-terminal: the relay terminals of one end are on nearer partners', () => {
    const contested = { ...loadScenario('scenarios/contested-iridium.yaml'), durationS: 60 };
    const sky = buildGeometry(contested);
    const north = sky.nodeNames.filter((name) => name.startsWith('north'));
    const ofRelays = (node: string): LinkState[] =>
      explainLinks(contested, sky, { from: node, to: node, atS: 25 }).links.filter(({ kind }) => kind === 'relay');
    const taken = north.flatMap((node) => ofRelays(node).filter(({ reason }) => reason === 'no-terminal'));
    expect(taken.length).toBeGreaterThan(0);
    const { terminals, relayTerminals } = must(contested.relays[0]);
    for (const { from, to, text } of taken.slice(0, 5)) {
      expect(text).toBe('in sight, but the terminals of one end are on nearer partners');
      const busy = (node: string): number => {
        return ofRelays(node).filter(({ reason }) => reason === 'up' || reason === 'acquiring').length;
      };
      expect(busy(from) >= terminals || busy(to) >= relayTerminals, `${from} ${to}`).toBe(true);
    }
  });

  const twins = { terminals: [quito, { ...quito, name: 'twin' }], gateways: [], satellite: { groundBeams: 1 } };
  /** Links of `twin` in all ticks, with the time. */
  function linksOfTwin(changes: Record<string, unknown>): LinkState[] {
    const { scenario, geometry } = built({ ...twins, ...changes });
    return Array.from({ length: 60 }, (_, k) => {
      return explainLinks(scenario, geometry, { from: 'twin', to: 'quito', atS: 10 * k }).links;
    })
      .flat()
      .filter(({ from }) => from === 'twin');
  }

  it('no-beam: the one beam of the satellite is on the other terminal, and the antenna is free', () => {
    const links = linksOfTwin({});
    const beamless = links.filter(({ reason }) => reason === 'no-beam');
    expect(beamless.length).toBeGreaterThan(0);
    expect(new Set(beamless.map(({ text }) => text))).toEqual(new Set(['in sight, but all its 1 beams are taken']));
  });

  it('no-antenna: beams are free, but the one antenna is on another satellite', () => {
    const links = linksOfTwin({ satellite: { groundBeams: 4 } });
    const busy = links.filter(({ reason }) => reason === 'no-antenna');
    expect(busy.length).toBeGreaterThan(0);
    for (const { text, to } of busy) {
      expect(text).toMatch(/^in sight, but the antenna is on iridium-p\d-s\d\d$/);
      expect(text).not.toContain(to);
    }
    expect(links.some(({ reason }) => reason === 'no-beam')).toBe(false);
  });
});
