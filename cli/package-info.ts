import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PackageInfo {
  /** Folder that holds `package.json`, `scenarios/` and the rest; the same from `dist/` and from the sources. */
  readonly root: string;
  readonly version: string;
  /** Version of each package that this one asks for, as written in `package.json`. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Where this package stands and what it says of itself. */
export function packageInfo(): PackageInfo {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const content = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return { root: folder, version: content.version, dependencies: content.dependencies };
}
