import { SpaceCloudError } from '../../../core/index.ts';
import type { CommandStreams } from '../../run-command.ts';

/** Whether `check` accepts a document just written; if not, says why, as further keys may still have to sign it. */
export function noteIfUntrusted(file: string, check: () => unknown, streams: CommandStreams): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (!(error instanceof SpaceCloudError && error.code === 'TRUST_STORE')) throw error;
    streams.err(`${file} is not trusted yet: ${error.message}\n`);
    streams.err(`  Let other keys sign it with \`spacecloud trust sign ${file} --key FILE\`.\n`);
    return false;
  }
}
