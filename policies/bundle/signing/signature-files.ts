/** The publisher's signature inside a bundle (OpenSSF Model Signing v1.0); it signs every other file but the next. */
export const SIGNATURE_FILE = 'bundle.sig';

/** Further signatures over the same statement, such as those of Ed25519 flight keys: a plain DSSE envelope. */
export const FLIGHT_SIGNATURE_FILE = 'flight.sig';
