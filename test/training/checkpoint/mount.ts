import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/**
 * Mounts a tmpfs with the given options at `place` and returns how to unmount it. Where that is not allowed (no root, no
 * Linux) the test is skipped, loudly.
 */
export function mountOrSkip(skip: () => void, options: string, place: string): (() => void) | undefined {
  mkdirSync(place, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place], { stdio: 'pipe' });
  } catch (error) {
    console.warn(`SKIPPED, cannot mount here (needs root on Linux): ${String(error).split('\n')[0] ?? ''}`);
    skip();
    return undefined;
  }
  return () => execFileSync('umount', [place]);
}
