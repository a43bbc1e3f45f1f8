import { parsePlainEnvelopeType } from '../signing/dsse.ts';
import { refuse } from '../signing/refuse.ts';
import { addSignature, type DocumentBytes, type DocumentKind, expectEnvelope, openDocument } from './documents.ts';
import { REVOCATION_LIST_KIND, type RevocationListContent } from './revocations.ts';
import { ROLLBACK_ORDER_KIND, type RollbackOrderContent } from './rollback.ts';
import { TRUST_STORE_KIND, type TrustStoreContent } from './store.ts';

const KINDS: readonly DocumentKind[] = [TRUST_STORE_KIND, REVOCATION_LIST_KIND, ROLLBACK_ORDER_KIND];

/** What a document says and who is said to have signed it, for people to read: nothing of it is verified. */
export interface UntrustedDocument {
  /** Words for the kind, such as `trust store`. */
  readonly kind: string;
  readonly content: TrustStoreContent | RevocationListContent | RollbackOrderContent;
  /** SHA-256 of the signed bytes, hex. */
  readonly digest: string;
  /** Fingerprints of the keys that are said to have signed. */
  readonly signedBy: readonly string[];
}

/** Reads a trust store, revocation list or roll-back order without checking its signatures. TRUST_STORE. */
export function peekDocument(place: DocumentBytes): UntrustedDocument {
  const kind = kindOf(place);
  const { content, digest, signatures } = openDocument(kind, place);
  return {
    kind: kind.words,
    content: content as UntrustedDocument['content'],
    digest,
    signedBy: signatures.map(({ keyid }) => keyid),
  };
}

/**
 * The text of a trust store, revocation list or roll-back order with one more signature; one by the same key is replaced.
 * Errors: TRUST_STORE, MISUSE (key).
 */
export function signDocumentAgain(place: DocumentBytes, privateKeyPem: string): string {
  return addSignature(kindOf(place), place, privateKeyPem);
}

function kindOf(place: DocumentBytes): DocumentKind {
  expectEnvelope(place);
  const type = parsePlainEnvelopeType(place.file, place.bytes, 'TRUST_STORE');
  const kind = KINDS.find(({ payloadType }) => payloadType === type);
  if (kind !== undefined) return kind;
  const known = KINDS.map(({ words }) => words).join(', ');
  throw refuse('TRUST_STORE', place.file, `Expected a document of the kinds ${known}, got payloadType '${type}'.`);
}
