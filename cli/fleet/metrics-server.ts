import { type AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { SpaceCloudError } from '../../core/index.ts';
import type { OpenMetrics } from './open-metrics.ts';

/** Where metrics are read. */
export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the metrics at `/metrics` of a loopback port, for readers on this machine. Port 0 takes a free one.
 * Errors: USAGE when the port is taken.
 */
export async function serveMetrics(metrics: OpenMetrics, port: number): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (new URL(request.url ?? '/', 'http://127.0.0.1').pathname !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Metrics are at /metrics.\n');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(error)}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new SpaceCloudError(
          'USAGE',
          `Expected a free port for --metrics, got ${cause.code ?? cause.message} at ${port}.`,
          {
            hint: 'Give another port, or 0 for any that is free.',
            cause,
          },
        ),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
