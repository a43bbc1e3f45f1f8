import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../../core/index.ts';
import { parseJsonWith } from './dsse.ts';
import { refuse } from './refuse.ts';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'https://model_signing/signature/v1.0';

/** One signed file. */
export interface SignedResource {
  /** Relative path with `/`. */
  readonly name: string;
  /** SHA-256 of the content, lower-case hex. */
  readonly digest: string;
}

/** What a signature vouches for. */
export interface SignedStatement {
  /** Name the signer gave the folder; informational. */
  readonly subject: string;
  /** SHA-256 over the raw digests in order, lower-case hex. */
  readonly rootDigest: string;
  /** Sorted by code point of the name, unique, at least one. */
  readonly resources: readonly SignedResource[];
  /** Paths, with all below them, that the signer left out. */
  readonly ignorePaths: readonly string[];
}

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits');

const statementSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: digest }) })]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.strictObject({
    resources: z.array(z.strictObject({ name: z.string(), digest, algorithm: z.literal('sha256') })).min(1),
    serialization: z.strictObject({
      method: z.literal('files'),
      hash_type: z.literal('sha256'),
      allow_symlinks: z.literal(false),
      ignore_paths: z.array(z.string()).optional(),
    }),
  }),
});

/** The payload to sign: an in-toto statement in canonical JSON (sorted keys, no white space). */
export function formatStatement(
  subject: string,
  resources: readonly SignedResource[],
  ignorePaths: readonly string[],
): Buffer {
  const statement: z.input<typeof statementSchema> = {
    _type: STATEMENT_TYPE,
    subject: [{ name: subject, digest: { sha256: rootDigestOf(resources) } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      resources: resources.map((resource) => ({ ...resource, algorithm: 'sha256' })),
      serialization: {
        method: 'files',
        hash_type: 'sha256',
        allow_symlinks: false,
        ignore_paths: [...ignorePaths],
      },
    },
  };
  return Buffer.from(canonicalJson(statement), 'utf8');
}

/**
 * Reads a payload whose signature has been verified. Checks what the published JSON schemas leave open as well: order and
 * uniqueness of names, names that leave the folder, globs in ignored paths, the root digest. Throws BUNDLE_MALFORMED.
 */
export function parseStatement(file: string, payload: Uint8Array): SignedStatement {
  const { subject, predicate } = parseJsonWith(file, payload, statementSchema);
  const resources = predicate.resources.map(({ name, digest: hex }) => ({ name, digest: hex }));
  const ignorePaths = predicate.serialization.ignore_paths ?? [];
  for (const { name } of resources) checkName(file, name, 'resource');
  for (const path of ignorePaths) checkIgnorePath(file, path);
  resources.forEach((resource, index) => {
    const before = resources[index - 1];
    if (before === undefined) return;
    const order = compareNames(before.name, resource.name);
    if (order === 0)
      throw refuse('BUNDLE_MALFORMED', file, `Expected each resource once, got '${resource.name}' twice.`);
    if (order > 0) {
      throw refuse(
        'BUNDLE_MALFORMED',
        file,
        `Expected resources sorted by code point, got '${before.name}' before '${resource.name}'.`,
      );
    }
  });
  const signedRoot = subject[0].digest.sha256;
  const rootDigest = rootDigestOf(resources);
  if (rootDigest !== signedRoot) {
    throw refuse(
      'BUNDLE_MALFORMED',
      file,
      `Expected root digest ${rootDigest} of the listed resources, got ${signedRoot}.`,
    );
  }
  return { subject: subject[0].name, rootDigest, resources, ignorePaths };
}

/** Order of names by Unicode code point: that of their UTF-8 bytes, not the UTF-16 order of `<`. */
export function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** Throws BUNDLE_MALFORMED unless `path` is a plain relative path: no glob, no `..`, no leading `/`. */
export function checkIgnorePath(file: string, path: string): void {
  checkName(file, path, 'ignored path');
  if (/[*?[\]{}]/.test(path)) {
    throw refuse('BUNDLE_MALFORMED', file, `Expected ignored paths without globs, got '${path}'.`);
  }
}

function checkName(file: string, name: string, what: string): void {
  const steps = name.split('/');
  const wellFormed = Buffer.from(name, 'utf8').toString('utf8') === name && !name.includes('\0');
  if (wellFormed && steps.every((step) => step !== '' && step !== '.' && step !== '..')) return;
  throw refuse(
    'BUNDLE_MALFORMED',
    file,
    `Expected the name of a ${what} to be a relative path inside the folder, got ${JSON.stringify(name)}.`,
  );
}

function rootDigestOf(resources: readonly SignedResource[]): string {
  const hash = createHash('sha256');
  for (const resource of resources) hash.update(Buffer.from(resource.digest, 'hex'));
  return hash.digest('hex');
}
