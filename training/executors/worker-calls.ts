import type { MessagePort, Worker } from 'node:worker_threads';
import { type ErrorCode, SpaceCloudError } from '../../core/index.ts';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: {
    readonly code: ErrorCode | undefined;
    readonly message: string;
    readonly hint?: string;
    readonly stack?: string;
  };
}

/** Calls methods of a worker thread, one promise per call. A worker that dies rejects all of them. */
export class WorkerCalls {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  private nextId = 0;

  constructor(worker: Worker) {
    this.worker = worker;
    worker.on('message', (answer: Answer) => this.settle(answer));
    worker.on('error', (error) => this.failAll(error));
    worker.on('exit', (code) =>
      this.failAll(new SpaceCloudError('MISUSE', `Expected the worker to run on, got exit ${code}.`)),
    );
  }

  /** Errors of the worker's method, with their code. */
  call<T>(method: string, argument: unknown): Promise<T> {
    const id = this.nextId++;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.worker.postMessage({ id, method, argument } satisfies Call);
    });
  }

  async close(): Promise<void> {
    this.waiting.clear();
    await this.worker.terminate();
  }

  private settle(answer: Answer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.error === undefined) waiting?.resolve(answer.result);
    else waiting?.reject(asError(answer.error));
  }

  private failAll(error: unknown): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

function asError(error: NonNullable<Answer['error']>): Error {
  if (error.code !== undefined)
    return new SpaceCloudError(error.code, error.message, error.hint === undefined ? {} : { hint: error.hint });
  const plain = new Error(error.message);
  if (error.stack !== undefined) plain.stack = error.stack;
  return plain;
}

/** Answers calls on the worker's side with the given methods. */
export function answerCalls(port: MessagePort, methods: Readonly<Record<string, (argument: never) => unknown>>): void {
  port.on('message', (call: Call) => {
    void answer(methods, call).then((reply) => port.postMessage(reply));
  });
}

async function answer(methods: Readonly<Record<string, (argument: never) => unknown>>, call: Call): Promise<Answer> {
  try {
    const method = methods[call.method];
    if (method === undefined) throw new RangeError(`The worker has no method '${call.method}'.`);
    return { id: call.id, result: await method(call.argument as never) };
  } catch (error) {
    const known = error instanceof SpaceCloudError ? error : undefined;
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return {
      id: call.id,
      error: {
        code: known?.code,
        message,
        ...(known?.hint === undefined ? {} : { hint: known.hint }),
        ...(stack === undefined ? {} : { stack }),
      },
    };
  }
}
