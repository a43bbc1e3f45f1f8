export { type BusCertificates, makeCertificates } from './certificates.ts';
export { findNatsServer, versionNote } from './find-server.ts';
export { Gate } from './gate.ts';
export { type NatsServer, startNatsServer } from './nats-server.ts';
