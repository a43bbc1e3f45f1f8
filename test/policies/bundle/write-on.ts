/** Run by write.test.ts in a process of its own: writes a bundle to a disk that cannot hold it, prints the outcome. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SpaceCloudError } from '../../../core/index.ts';
import { writeBundle } from '../../../policies/bundle/index.ts';
import { contentOf } from './content.ts';

const disk = process.argv[2] as string;
let code = 'none';
try {
  writeBundle(join(disk, 'bundle'), contentOf(1));
} catch (error) {
  code = error instanceof SpaceCloudError ? error.code : String(error);
}
console.log(JSON.stringify({ code, left: readdirSync(disk) }));
