/** The part of the WebAssembly interface used here: every runtime has it, no type library for plain ECMAScript declares it. */
export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

interface WebAssemblyNamespace {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: KernelMemory } },
  ) => { readonly exports: unknown };
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: boolean;
  }) => KernelMemory;
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

/** Undefined where the runtime has no WebAssembly. */
export const webAssembly = (globalThis as { readonly WebAssembly?: WebAssemblyNamespace }).WebAssembly;

/** Bytes of a page of WebAssembly memory. */
export const PAGE_BYTES = 65_536;

/** Decodes the base64 (A-Z a-z 0-9 + / and padding) in which kernels are embedded. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const digit of digits) {
    held = (held << 6) | ALPHABET.indexOf(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
    held &= (1 << bits) - 1;
  }
  return bytes;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
