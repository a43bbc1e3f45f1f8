import { HEADER_BYTES, createMessage, protocolError } from './message.ts';

/** Longest text in a message, bytes of UTF-8. */
const MAX_TEXT_BYTES = 512;

/** A message whose body is so many free bytes, to be written by the caller, and then texts, each after its length (u16). */
export function createTextMessage(
  { kind, freeBytes, flags = 0 }: { readonly kind: number; readonly freeBytes: number; readonly flags?: number },
  texts: readonly string[],
): Buffer {
  const encoded = texts.map((text) => Buffer.from(text, 'utf8'));
  const bytes = encoded.reduce((sum, text) => sum + 2 + text.length, freeBytes);
  const message = createMessage(kind, bytes, flags);
  let at = HEADER_BYTES + freeBytes;
  encoded.forEach((text, i) => {
    if (text.length > MAX_TEXT_BYTES) {
      throw protocolError(
        `Expected a text of at most ${MAX_TEXT_BYTES} bytes, got ${text.length}: '${cutText(texts[i] ?? '')}'.`,
      );
    }
    at = message.writeUInt16LE(text.length, at);
    message.set(text, at);
    at += text.length;
  });
  return message;
}

/** So many texts after the free bytes, and nothing after them. Throws NODE_PROTOCOL. */
export function readTexts(body: Buffer, freeBytes: number, count: number): string[] {
  const texts: string[] = [];
  let at = freeBytes;
  while (texts.length < count) {
    const end = at + 2 > body.length ? Infinity : at + 2 + body.readUInt16LE(at);
    if (end > body.length || end - at - 2 > MAX_TEXT_BYTES) {
      throw protocolError(`Expected ${count} texts in ${body.length} bytes, got ${texts.length} whole ones.`);
    }
    texts.push(body.toString('utf8', at + 2, end));
    at = end;
  }
  if (at !== body.length) throw protocolError(`Expected a message of ${at} bytes, got ${body.length}.`);
  return texts;
}

/** The beginning of a text that may be too long for a message. */
export function cutText(text: string): string {
  return text.length <= MAX_TEXT_BYTES / 4 ? text : `${text.slice(0, MAX_TEXT_BYTES / 4)}...`;
}
