// Runs in every engine: nothing of Node, and of the product only what simulates.
import { Constellation } from '../../agents/constellation.ts';
import { Hash128, Rng, StrictMath } from '../../core/index.ts';
import { buildGeometry } from '../../environment/geometry/build.ts';
import type { Geometry } from '../../environment/geometry/geometry.ts';
import { parseScenario } from '../../environment/scenario/load.ts';
import { createWorldModel } from '../../environment/world/model.ts';
import { World } from '../../environment/world/world.ts';
import { createBaseline } from '../../policies/baselines/index.ts';

/** A scenario as text, and the runs to make in it. */
export interface Given {
  readonly file: string;
  readonly text: string;
  readonly runS: number;
  readonly policies: readonly string[];
  readonly seeds: readonly number[];
}

export interface Trajectory {
  /** Scenario, policy and seed. */
  readonly name: string;
  readonly hash: string;
  /** Hash of key figures: what a trajectory's hash leaves out, such as energy. */
  readonly kpis: string;
  readonly decisions: number;
}

export interface EngineAnswer {
  readonly trajectories: readonly Trajectory[];
  /** [scenarios] hashes of contacts, passes and sky. */
  readonly geometries: readonly string[];
  /** Hash per function over many arguments. */
  readonly functions: Readonly<Record<string, string>>;
}

export function answerOf(given: readonly Given[]): EngineAnswer {
  const geometries = given.map(({ text, file }) => buildGeometry(parseScenario(text, file)));
  return {
    trajectories: trajectoriesIn(given, geometries),
    geometries: geometries.map(hashGeometry),
    functions: functionBits(),
  };
}

/** All runs of the given scenarios in given geometries, each scenario's worlds in lock-step. */
export function trajectoriesIn(given: readonly Given[], geometries: readonly Geometry[]): Trajectory[] {
  return given.flatMap(({ text, file, runS, policies, seeds }, i) => {
    const model = createWorldModel(parseScenario(text, file), geometries[i] as Geometry);
    return policies.flatMap((policy) => {
      const worlds = seeds.map((seed) => new World(model, { seed, runS, startS: 0 }));
      const constellation = new Constellation({
        worlds,
        policy: createBaseline(policy, 1),
        fallback: createBaseline('shortest-delay+at-source+bypass', 1),
        layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
      });
      constellation.runSync();
      constellation.close();
      return worlds.map((world, w) => {
        const kpis = new Hash128();
        for (const [key, value] of Object.entries(world.finish())) {
          kpis.text(key);
          kpis.number(value);
        }
        const { trajectoryHash, decisionCount } = world;
        const name = `${file} ${policy} seed ${seeds[w]}`;
        return { name, hash: trajectoryHash, kpis: kpis.digest(), decisions: decisionCount };
      });
    });
  });
}

/** Bits of everything that worlds read of a geometry. */
function hashGeometry({ contacts, passes, sky }: Geometry): string {
  const hash = new Hash128();
  const columns: readonly unknown[] = [...columnsOf(contacts), ...columnsOf(passes), ...(sky.chunks ?? [])];
  for (const column of columns) {
    if (!ArrayBuffer.isView(column)) continue;
    const words = new Uint32Array(column.buffer, column.byteOffset, column.byteLength >> 2);
    for (let i = 0; i < words.length; i++) hash.word(words[i] as number);
  }
  return hash.digest();
}

const columnsOf = (columns: object): unknown[] => Object.values(columns) as unknown[];

const ARGUMENTS = 100_000;

/** Arguments per function: ranges that the simulation reaches, and beyond. */
const FUNCTIONS: Readonly<Record<string, (u: number, v: number) => number>> = {
  'StrictMath.acos': (u) => StrictMath.acos(2 * u - 1),
  'StrictMath.asin': (u) => StrictMath.asin(2 * u - 1),
  'StrictMath.atan': (u, v) => StrictMath.atan((u - 0.5) / v),
  'StrictMath.atan2': (u, v) => StrictMath.atan2(u - 0.5, 2 * v - 1),
  'StrictMath.cbrt': (u) => StrictMath.cbrt((u - 0.5) * 1e15),
  'StrictMath.cos': (u, v) => StrictMath.cos((u - 0.5) * (v < 0.5 ? 20 : 2e5)),
  'StrictMath.exp': (u) => StrictMath.exp((u - 0.5) * 1480),
  'StrictMath.log': (u, v) => StrictMath.log(v < 0.5 ? u : u * 1e12),
  'StrictMath.log10': (u) => StrictMath.log10(u * 1e9),
  'StrictMath.pow': (u, v) => StrictMath.pow(u * 1e3, (v - 0.5) * 60),
  'StrictMath.sin': (u, v) => StrictMath.sin((u - 0.5) * (v < 0.5 ? 20 : 2e5)),
  // Left to the engine, and used as they are.
  'Math.sqrt': (u) => Math.sqrt(u * 1e9),
  'Math.hypot': (u, v) => Math.hypot((u - 0.5) * 1e5, v * 1e4, u * v),
  'x ** 2': (u) => ((u - 0.5) * 1e5) ** 2,
};

function functionBits(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, call]) => {
      const rng = new Rng(1, name);
      const hash = new Hash128();
      for (let i = 0; i < ARGUMENTS; i++) {
        const u = rng.uint32() / 4294967296 + rng.uint32() / 2 ** 64;
        hash.number(call(u, rng.uniform() + 2 ** -33));
      }
      return [name, hash.digest()];
    }),
  );
}
