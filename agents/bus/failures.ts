import { errors } from '@nats-io/transport-node';
import { SpaceCloudError } from '../../core/index.ts';

/** OpenSSL's and Node's codes of certificates that are not trusted, or not those of this host. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/** The product's error behind a connection that was not made. Codes: BUS_CONNECT, BUS_DENIED. */
export function connectFailure(cause: unknown, servers: string, user: string): SpaceCloudError {
  if (isDenial(cause)) return denied(servers, user, cause);
  const text = messageOf(cause);
  const code = codeOf(cause);
  if (CERTIFICATE.test(code)) {
    return new SpaceCloudError('BUS_CONNECT', `Expected a certificate of ${servers} that is trusted, got ${code}.`, {
      hint: "Give the certificate of the authority that signed the server's.",
      cause,
    });
  }
  if (text.includes("'tls'")) {
    return new SpaceCloudError('BUS_CONNECT', `Expected ${servers} to speak TLS, got a server without it.`, {
      hint: "Start the server with a certificate, or leave the authority's certificate out.",
      cause,
    });
  }
  return new SpaceCloudError('BUS_CONNECT', `Expected a nats-server at ${servers}, got ${code || text}.`, {
    hint: 'Check that it runs, and its address and port.',
    cause,
  });
}

/** What a running connection was refused, or undefined where the error is of another kind. */
export function refusal(cause: Error, servers: string, user: string): SpaceCloudError | undefined {
  if (isDenial(cause)) return denied(servers, user, cause);
  if (!(cause instanceof errors.PermissionViolationError)) return undefined;
  const { operation, subject } = cause;
  const verb = operation === 'publish' ? 'publish on' : 'subscribe to';
  return new SpaceCloudError('BUS_DENIED', `Expected ${user} to ${verb} its own subjects only, got '${subject}'.`, {
    hint: 'The server gives each satellite its own subjects; check which identity is used.',
    details: { operation, subject },
    cause,
  });
}

/** The product's error behind a store of the bus that did not do what it was asked. */
export function failedStore(what: string, cause: unknown): SpaceCloudError {
  return new SpaceCloudError('BUS_CONNECT', `Expected ${what} on the bus, got '${messageOf(cause)}'.`, {
    hint: 'Check that the server runs JetStream, has space left, and that this identity may use it.',
    cause,
  });
}

function isDenial(cause: unknown): boolean {
  return cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError;
}

function denied(servers: string, user: string, cause: unknown): SpaceCloudError {
  return new SpaceCloudError('BUS_DENIED', `Expected ${servers} to know ${user}, got '${messageOf(cause)}'.`, {
    hint: 'Use an identity that the server was configured with.',
    cause,
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Code of a system or TLS error, also of the one that the client wrapped. */
function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const { code } = cause as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : codeOf(cause.cause);
}
