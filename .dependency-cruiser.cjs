/**
 * Who may import what. `test/architecture/imports.test.ts` runs these rules over the tree and proves on planted modules
 * that each of them bites.
 */
const TFJS = '(^|/)node_modules/@tensorflow/';
const MACHINES = '(^|/)node_modules/(xstate|rxjs)/';
/**
 * `<folder>/index.ts` is a folder's public face; policies has four, as its parts ship separately, agents five, as what a node
 * process does not use must not be loaded sixty times, and core two: what touches files must not reach satellites and browsers.
 */
const FACES = [
  '^[^/]+/index\\.ts$',
  '^policies/(runtime|networks|bundle)/index\\.ts$',
  '^agents/(audit|bus|fleet|node)/index\\.ts$',
  '^core/files/index\\.ts$',
];
const ABOVE_AGENTS = '^(training|cli|examples|viewer|bench)/';

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
function forbid(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid('no-cycles', 'Modules form no cycles, types included.', {}, { circular: true }),
    forbid(
      'resolvable',
      'Every import leads to a file or an installed package; examples import this package, which may not be built yet.',
      {},
      { couldNotResolve: true, pathNot: '^spacecloud(/|$)' },
    ),
    forbid(
      'core-imports-nothing',
      'core holds the nouns that all others share.',
      { path: '^core/', pathNot: '^core/files/' },
      { path: ['^core/files/', '^(?!core/)'] },
    ),
    forbid(
      'core-files',
      'What core does with files needs Node alone.',
      { path: '^core/files/' },
      { pathNot: ['^core/', '^(node:)?(fs|path)$'] },
    ),
    forbid(
      'environment-below',
      'The environment knows core only.',
      { path: '^environment/' },
      { path: ['^(agents|policies)/', ABOVE_AGENTS, TFJS, MACHINES] },
    ),
    forbid(
      'runtime-imports-core-only',
      'policies/runtime ships to satellites: no packages, no Node modules.',
      { path: '^policies/runtime/' },
      { pathNot: ['^policies/runtime/', '^core/(?!files/)'] },
    ),
    forbid(
      'policies-below',
      'Policies do not know the environment that they act in.',
      { path: '^policies/' },
      { path: ['^(environment|agents)/', ABOVE_AGENTS, MACHINES] },
    ),
    forbid(
      'policies-tensorflow',
      'Within policies, TensorFlow is for networks and bundle.',
      { path: '^policies/', pathNot: '^policies/(networks|bundle)/' },
      { path: [TFJS, '^policies/networks/'] },
    ),
    forbid(
      'agents-below',
      'Agents act; they neither learn nor load TensorFlow.',
      { path: '^agents/' },
      { path: [ABOVE_AGENTS, TFJS, '^policies/networks/'] },
    ),
    forbid(
      'training-below',
      'Training is a library; the command line and the examples call it.',
      { path: '^training/' },
      { path: '^(cli|examples|viewer|bench)/' },
    ),
    forbid(
      'training-tensorflow',
      'Within training, TensorFlow is for ppo, payload and checkpoint.ts.',
      { path: '^training/', pathNot: ['^training/(ppo|payload)/', '^training/checkpoint\\.ts$'] },
      { path: TFJS },
    ),
    forbid(
      'public-faces',
      'Other folders import the index.ts of a folder and nothing deeper. Tests may look inside.',
      { path: '^([^/]+)/', pathNot: '^(test|scripts)/' },
      { path: '^(core|environment|policies|agents|training)/', pathNot: ['^$1/', ...FACES] },
    ),
    forbid(
      'leaves',
      'Commands, examples, benchmarks and tests are imported by nothing outside their folder but tests; benchmarks start servers as commands do.',
      { path: '^([^/]+)/', pathNot: '^test/' },
      { path: '^(cli|examples|viewer|bench|test)/', pathNot: ['^$1/', '^cli/(bus/index|node-clock)\\.ts$'] },
    ),
    forbid(
      'product-packages',
      'What users install needs no development package.',
      { path: '^(core|environment|policies|agents|training|cli)/|^(index|shipped)\\.ts$' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    ),
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^(dist|coverage|runs|policies/kernels|\\.[^/]+)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
