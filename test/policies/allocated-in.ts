import { type HeapProfiler, Session } from 'node:inspector';

/** Bytes that the named functions allocate while `act` runs, by V8's sampling heap profiler. */
export function allocatedIn(functions: string[], act: () => void): number {
  const session = new Session();
  session.connect();
  session.post('HeapProfiler.startSampling', {
    samplingInterval: 256,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  act();
  let bytes = NaN;
  session.post('HeapProfiler.stopSampling', (error, result) => {
    if (error !== null) throw error;
    const sum = (node: HeapProfiler.SamplingHeapProfileNode): number =>
      (functions.includes(node.callFrame.functionName) ? node.selfSize : 0) +
      node.children.reduce((total, child) => total + sum(child), 0);
    bytes = sum(result.profile.head);
  });
  session.disconnect();
  return bytes;
}
