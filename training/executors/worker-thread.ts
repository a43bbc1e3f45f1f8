import { Worker } from 'node:worker_threads';

/**
 * Starts a worker thread on a module of this project, compiled (`.js`) or as source (`.ts`, under tsx). Node 20 cannot start
 * a worker on a `.ts` entry, so the source form goes through a line of JavaScript that registers tsx first.
 */
export function startWorker(module: URL, workerData: unknown): Worker {
  if (!module.pathname.endsWith('.ts')) return new Worker(module, { workerData });
  const source = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(module.href)}); });`;
  return new Worker(source, { eval: true, workerData });
}

/** URL of a sibling module in the form (source or compiled) that the importing module is running in. */
export function siblingModule(importer: string, name: string): URL {
  return new URL(`./${name}${importer.endsWith('.ts') ? '.ts' : '.js'}`, importer);
}
