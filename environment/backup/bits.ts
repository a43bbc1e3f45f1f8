export const BITS_PER_BYTE = 8;
