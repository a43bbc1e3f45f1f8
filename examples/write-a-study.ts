/**
 * Puts a claim of one's own to the test: a study file beside a scenario, run against a bent pipe and against lasers alone, on the
 * same orbits, traffic and seeds. The shipped studies are in `scenarios/studies`; two seeds only show how it goes.
 *
 *     npx tsx examples/write-a-study.ts [folder]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadStudy, study, studyHtml, studyText } from 'spacecloud';

const folder = process.argv[2] ?? 'runs/examples';
mkdirSync(folder, { recursive: true });
const file = join(folder, 'quick-look.yaml');
writeFileSync(
  file,
  `schema: 1
study: quick-look
title: A quick look
scenario: test-12
claim: Twelve satellites that compute tell of what they see sooner than the ground that gets their raw data.
announcement: reduces processing times by processing data directly in orbit
loses: Where a station is in view and the raw data are small.
headline: endedDelayMeanS
kpis: [deliveredFrac, downlinkGB]
comparators: [bent-pipe, relay]
policies: [damped+greedy-finish+least-rate]
sweeps:
  - { name: load, label: 'offered load [1]', path: traffic.load, values: [0.5, 2] }
sizes:
  quick: { arrivalsS: 10, drainS: 60, seeds: 2 }
  full: { arrivalsS: 60, drainS: 120, seeds: 10 }
`,
);

const report = await study({ studies: [loadStudy(file)], replicates: 1000 });
writeFileSync(join(folder, 'study.html'), await studyHtml(report));
console.log(studyText(report));
