import { WEATHER, pushEvent } from './event-queue.kernel.ts';
import { resettleSite } from './faults.ts';
import { CLOUD, RAIN, type SiteWeather } from './site-weather.ts';
import type { WorldState } from './state.ts';

/**
 * Draws the weather at the start of a run. Over each ground node rain and cloud come and go by themselves: spells and gaps are
 * exponential, with the scenario's means, and in their long-run shares from the start.
 */
export function startWeather(w: WorldState): void {
  w.model.weather.forEach(({ frac }, ground) => {
    for (const kind of [RAIN, CLOUD] as const) {
      if (frac[kind] === 0) continue;
      setWeather(w, ground, kind, w.weatherRng.uniform() < frac[kind] ? 1 : 0);
      schedule(w, ground, kind);
    }
  });
}

/** A spell of weather, or a gap, is over. */
export function changeWeather(w: WorldState, ground: number, kind: number): void {
  setWeather(w, ground, kind, 1 - stateOf(w, ground, kind));
  schedule(w, ground, kind);
  const { firstSite } = w.model;
  for (let site = firstSite[ground] as number; site < (firstSite[ground + 1] as number); site++) resettleSite(w, site);
}

function schedule(w: WorldState, ground: number, kind: number): void {
  const { frac, meanS } = w.model.weather[ground] as SiteWeather;
  const share = frac[kind] as number;
  if (share === 1) return;
  const spellS = meanS[kind] as number;
  const gapS = (spellS * (1 - share)) / share;
  const lengthS = w.weatherRng.exponential(stateOf(w, ground, kind) === 1 ? spellS : gapS);
  pushEvent(w.events, w.clock.timeS + lengthS, WEATHER, ground, kind);
}

function stateOf(w: WorldState, ground: number, kind: number): number {
  const { outages, model } = w;
  const site = model.firstSite[ground] as number;
  return (kind === RAIN ? outages.rain : outages.cloud)[site] as number;
}

function setWeather(w: WorldState, ground: number, kind: number, value: number): void {
  const { outages, model } = w;
  const column = kind === RAIN ? outages.rain : outages.cloud;
  column.fill(value, model.firstSite[ground], model.firstSite[ground + 1]);
}
