import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../core/index.ts';

export interface PackageInfo {
  /** Folder that holds `package.json`, `scenarios/` and the rest; the same from `dist/` and from the sources. */
  readonly root: string;
  readonly version: string;
}

/** Where this package stands and which version it is. */
export function packageInfo(): PackageInfo {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, 'package.json'))) root = dirname(root);
  return { root, version: VERSION };
}
