import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import { loadEngine } from '../../../policies/networks/index.ts';
import { engineName } from '../engine-under-test.ts';

const nodeInstalled = isInstalled('@tensorflow/tfjs-node');
if (engineName() !== 'node') {
  console.warn(`engine tests run on '${engineName()}'; set SPACECLOUD_ENGINE=node to run them on the native engine.`);
}

describe('loadEngine', () => {
  it('loads the engine asked for and computes with it', async () => {
    const engine = await loadEngine(engineName());
    expect(engine.name).toBe(engineName());
    expect(engine.tf.getBackend()).toBe(engineName() === 'node' ? 'tensorflow' : engineName());
    expect(engine.reason).toBe(`${engineName()} was asked for`);
    expect(engine.versions['tfjs-core']).toBe('4.22.0');
    expect(engine.versions['node']).toBe(process.versions.node);
    const product = engine.tf.tidy(() => engine.tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0]);
    expect(product).toBe(11); // 1*3 + 2*4
    expect(engine.tf.memory().numTensors).toBe(0);
  });

  it.skipIf(engineName() === 'node')('auto takes the first that works and says what became of the others', async () => {
    const engine = await loadEngine('auto');
    if (nodeInstalled) expect(['node', 'wasm']).toContain(engine.name);
    else {
      expect(engine.name).toBe('wasm');
      expect(engine.reason).toMatch(/^wasm is the first engine that works; node does not load: .*tfjs-node/);
    }
  });

  it.skipIf(nodeInstalled)('refuses the native engine where it is not installed, and says how to get it', async () => {
    const refused = loadEngine('node');
    await expect(refused).rejects.toBeInstanceOf(SpaceCloudError);
    await expect(refused).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: expect.stringContaining('npm run setup:native') as string,
    });
  });

  it.skipIf(engineName() === 'node')('switches between wasm and cpu in one process', async () => {
    expect((await loadEngine('cpu')).tf.getBackend()).toBe('cpu');
    expect((await loadEngine('wasm')).tf.getBackend()).toBe('wasm');
    expect((await loadEngine('wasm')).versions['simd']).toBe('yes');
  });

  it('prints nothing and leaves no process-wide error handlers', () => {
    const script = `
      import { loadEngine } from './policies/networks/index.ts';
      const count = () => process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
      const before = count();
      await loadEngine('wasm');
      await loadEngine('cpu');
      if (count() !== before) throw new Error('handlers were left behind');
    `;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  }, 30_000);
});

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
