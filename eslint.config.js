import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Folders in which time and chance come only from the scenario: no wall clock, no timers, no unseeded numbers. */
const DETERMINISTIC = ['core', 'environment', 'policies', 'agents', 'training'].map((folder) => `${folder}/**/*.ts`);

const CLOCK = 'Time comes from the world; where wall-clock time is needed, take it as a function from the caller.';
const CHANCE = 'Take a seeded Rng from core, one stream per purpose.';
const BITS = 'Engines differ in the last bits: use StrictMath of core.';
/** What ECMAScript leaves to the engine; `Math.hypot` and squares are compared between engines in test/determinism. */
const INEXACT = ['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'log', 'log2', 'log10', 'exp', 'pow', 'cbrt'];
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'];

const NO_CLOCK = [
  { object: 'Math', property: 'random', message: CHANCE },
  { object: 'crypto', property: 'getRandomValues', message: CHANCE },
  { object: 'Date', property: 'now', message: CLOCK },
  { object: 'process', property: 'hrtime', message: CLOCK },
  { object: 'globalThis', property: 'Date', message: CLOCK },
];
const NO_CLOCK_SYNTAX = [
  // `new Date(value)` only renders or reads a given date; without a value it reads the clock.
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: CLOCK },
  { selector: "CallExpression[callee.name='Date']", message: CLOCK },
];

const SYNTAX = [
  { selector: 'TSEnumDeclaration', message: 'Use a const array and a union of its members.' },
  { selector: 'TSModuleDeclaration[declare!=true]', message: 'Use a module.' },
];

export default defineConfig(
  { ignores: ['node_modules/', 'policies/kernels/', 'dist/', '.dist-*/', 'coverage/', 'runs/', '.spacecloud/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
      // Three positional parameters and one options object.
      'max-params': ['error', { max: 4 }],
      'no-restricted-syntax': ['error', ...SYNTAX],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    files: DETERMINISTIC,
    rules: {
      'no-restricted-properties': ['error', ...NO_CLOCK],
      'no-restricted-globals': [
        'error',
        { name: 'performance', message: CLOCK },
        ...TIMERS.map((name) => ({ name, message: CLOCK })),
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['timers', 'node:timers', 'timers/promises', 'node:timers/promises', 'perf_hooks', 'node:perf_hooks'],
        },
      ],
      'no-restricted-syntax': ['error', ...SYNTAX, ...NO_CLOCK_SYNTAX],
    },
  },
  {
    // What trajectories depend on. Learning itself is exact per engine only.
    files: DETERMINISTIC.filter((files) => !files.startsWith('training')),
    ignores: ['environment/network/link-errors.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...NO_CLOCK,
        ...INEXACT.map((property) => ({ object: 'Math', property, message: BITS })),
      ],
      'no-restricted-syntax': [
        'error',
        ...SYNTAX,
        ...NO_CLOCK_SYNTAX,
        { selector: "BinaryExpression[operator='**'][left.value!=2][right.value!=2]", message: BITS },
      ],
    },
  },
  {
    // Hot columns: loops bounded by the column's length, columns and scalars as positional parameters.
    files: ['**/*.kernel.ts'],
    rules: { 'max-params': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['cli/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts', 'test/**/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    rules: { eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error', 'no-unused-vars': 'error' },
  },
);
