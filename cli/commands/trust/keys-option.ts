import type { Command } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import type { KeyUse, TrustedKey, TrustStoreContent } from '../../../policies/bundle/index.ts';
import { list, wholeNumber } from '../../arguments.ts';
import { readKey } from '../../files.ts';

/** Keys and thresholds of a trust store, as options. */
export type KeysOptions = Partial<Readonly<Record<KeyUse, readonly string[]>>> & {
  readonly threshold?: readonly string[];
  readonly days: number;
  readonly key: readonly string[];
  readonly out: string;
  readonly json?: boolean;
};

const MEANINGS: Readonly<Record<KeyUse, string>> = {
  publish: 'publishes bundles',
  flight: 'clears bundles for flight',
  trust: 'signs the next trust store',
  revoke: 'signs revocation lists',
  rollback: 'signs roll-back orders',
};

const USES = Object.keys(MEANINGS) as readonly KeyUse[];

export const MS_PER_DAY = 86_400_000;

/** Adds the options of `KeysOptions`. */
export function addKeysOptions(command: Command): Command {
  for (const use of USES) {
    command.option(`--${use} <name=file>`, `public key (PEM) that ${MEANINGS[use]}; repeatable`, list);
  }
  return command
    .option('--threshold <use=n>', 'how many keys must sign for a use; default 1; repeatable', list)
    .option(
      '--days <n>',
      'days until the trust store and the keys added expire',
      wholeNumber('--days', 1, 36_500),
      3650,
    )
    .requiredOption('--key <file>', 'private key that signs it (PEM); repeatable', list)
    .requiredOption('--out <file>', 'trust store to write')
    .option('--json', 'print one JSON document');
}

/** The keys that the options add to `before`: a key named again gets further uses. Errors: USAGE, FILE_*. */
export function keysOf(
  options: KeysOptions,
  before: readonly TrustedKey[],
  window: Pick<TrustedKey, 'notBefore' | 'notAfter'>,
): TrustedKey[] {
  const keys = new Map(before.map((key) => [key.name, key]));
  for (const use of USES) {
    for (const text of options[use] ?? []) {
      const { name, value } = pair(`--${use}`, text, 'ops=keys/ops/public.pem');
      const publicKeyPem = readKey(value, 'public').replaceAll('\r\n', '\n');
      const known = keys.get(name) ?? { name, publicKeyPem, uses: [], ...window };
      if (known.publicKeyPem.trim() !== publicKeyPem.trim()) {
        throw new SpaceCloudError('USAGE', `Expected one key for the name '${name}', got two.`, {
          hint: 'Give each key a name of its own; to replace one, add --remove with its name.',
        });
      }
      keys.set(name, { ...known, uses: [...new Set([...known.uses, use])] });
    }
  }
  return [...keys.values()];
}

/** Thresholds for the keys: those given, else those before, else 1; none for a use without keys. Throws USAGE. */
export function thresholdsOf(
  options: KeysOptions,
  keys: readonly TrustedKey[],
  before?: TrustStoreContent['thresholds'],
): TrustStoreContent['thresholds'] {
  const given = new Map<string, number>();
  for (const text of options.threshold ?? []) {
    const { name, value } = pair('--threshold', text, 'publish=2');
    if (!USES.some((use) => use === name)) {
      throw new SpaceCloudError('USAGE', `Expected a use for --threshold, got '${name}'.`, {
        hint: `Uses are ${USES.join(', ')}.`,
      });
    }
    given.set(name, wholeNumber('--threshold', 1, 64)(value));
  }
  const used = USES.filter((use) => given.has(use) || keys.some(({ uses }) => uses.includes(use)));
  const thresholds = Object.fromEntries(used.map((use) => [use, given.get(use) ?? before?.[use] ?? 1]));
  return { publish: 1, trust: 1, ...thresholds };
}

function pair(option: string, text: string, example: string): { readonly name: string; readonly value: string } {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return { name: text.slice(0, at), value: text.slice(at + 1) };
  throw new SpaceCloudError('USAGE', `Expected a name and a value for ${option}, got '${text}'.`, {
    hint: `Write ${option} ${example}.`,
  });
}
