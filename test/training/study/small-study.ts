import { loadGeometry, loadScenario } from '../../../index.ts';
import { type StudyInput, type StudyReport, parseStudyFile, study } from '../../../training/index.ts';
import type { StudyOptions } from '../../../training/study/study.ts';

/** A study over test-12 whose every run takes a fraction of a second. Stations are in sight of its satellites within 600 s. */
export const SMALL_STUDY = `schema: 1
study: small
title: Small
scenario: test-12
claim: c
announcement: a
loses: l
headline: deliveredFrac
kpis: [downlinkGB]
comparators: [bent-pipe, relay, more-stations, compression, compressed-relay]
compression: { ratio: 4, keptFrac: 0.5, grade: secondary, source: x }
moreStations:
  - { name: vardo, latDeg: 70.33, lonDeg: 30.96 }
  - { name: malaga, latDeg: 36.72, lonDeg: -4.41 }
  - { name: dubai, latDeg: 25.07, lonDeg: 55.18 }
  - { name: nemea, latDeg: 37.82, lonDeg: 22.66 }
  - { name: aalborg, latDeg: 57.01, lonDeg: 9.98 }
  - { name: mauritius, latDeg: -20.27, lonDeg: 57.57 }
policies: [random+at-source+random, damped+greedy-finish+least-rate]
sweeps:
  - { name: load, label: 'load [1]', path: traffic.load, values: [1, 4] }
parameters:
  - { path: satellite.accelerators, low: 1, high: 6, grade: memory, source: y }
  - { path: traffic.observations.fire-watch.deadlineS, grade: primary, source: z }
sizes:
  quick: { arrivalsS: 3, drainS: 30, seeds: 2 }
  full: { arrivalsS: 3, drainS: 30, seeds: 4, sensitivity: false }
bands:
  - { column: relay, kpi: deliveredFrac, from: 0.5, to: 1 }
  - { column: bent-pipe, kpi: downlinkGB, to: 0 }
`;

export function smallInput(text = SMALL_STUDY): StudyInput {
  return { file: parseStudyFile(text, 'small.yaml'), scenario: loadScenario('test-12') };
}

/** Runs it in its quick size. */
export function runSmall(options: Partial<StudyOptions> = {}): Promise<StudyReport> {
  return study({
    ...{ studies: [smallInput()], size: 'quick', policies: [], workers: 1, replicates: 200 },
    geometryOf: (scenario) => loadGeometry(scenario),
    fallback: 'shortest-delay+at-source+bypass',
    ...options,
  });
}
