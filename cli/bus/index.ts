export { type FoundServer, findNatsServer, versionNote } from './find-server.ts';
export { type NatsServer, type NatsServerOptions, startNatsServer } from './nats-server.ts';
