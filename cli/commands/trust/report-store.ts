import type { DocumentBytes, TrustStoreContent } from '../../../policies/bundle/index.ts';
import type { CommandStreams } from '../../run-command.ts';
import { noteIfUntrusted } from './note-if-untrusted.ts';

/** Says what a trust store that was written holds, and whether signatures are still missing. */
export async function reportStore(
  { place, check }: { readonly place: DocumentBytes; readonly check: () => unknown },
  options: { readonly json?: boolean },
  streams: CommandStreams,
): Promise<void> {
  const { peekDocument } = await import('../../../policies/bundle/index.ts');
  const { content, digest, signedBy } = peekDocument(place);
  const { version, expires, keys } = content as TrustStoreContent;
  const isTrusted = noteIfUntrusted(place.file, check, streams);
  if (options.json === true) {
    const document = { file: place.file, version, expires, digest, signedBy, isTrusted };
    streams.out(`${JSON.stringify(document, undefined, 2)}\n`);
    return;
  }
  streams.out(`Trust store ${place.file}: version ${version}, ${keys.length} keys, until ${expires}\n`);
  for (const { name, uses } of keys) streams.out(`  ${name}: ${uses.join(', ')}\n`);
}
