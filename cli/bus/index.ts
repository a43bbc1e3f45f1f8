export { type BusCertificates, type CertificateOptions, makeCertificates } from './certificates.ts';
export { type FoundServer, findNatsServer, versionNote } from './find-server.ts';
export { Gate, type GateMode, type GateOptions } from './gate.ts';
export { type NatsServer, type NatsServerOptions, startNatsServer } from './nats-server.ts';
