import type { Command } from 'commander';
import { writeTexts } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';
import { readDocument } from '../../trust-options.ts';

/** `spacecloud trust follow`: checks rotations as a node does. */
export function register(trust: Command, streams: CommandStreams): void {
  trust
    .command('follow')
    .description('check that trust stores follow one another, each signed by the one before and by itself')
    .argument('<store>', 'trust store in use')
    .argument('<next...>', 'the stores that follow, in order')
    .option('--out <file>', 'write the last one here, such as over the one in use')
    .option('--json', 'print one JSON document')
    .action(
      async (first: string, next: readonly string[], options: { readonly out?: string; readonly json?: boolean }) => {
        const { nextTrustStore, readTrustStore } = await import('../../../policies/bundle/index.ts');
        const time = { now: Date.now };
        let store = readTrustStore(readDocument(first), time);
        for (const file of next) store = nextTrustStore(store, readDocument(file), time);
        const last = next.at(-1) as string;
        // The last one is the one to be used: it must not have expired, which does not matter for those between.
        readTrustStore(readDocument(last), time);
        if (options.out !== undefined) writeTexts([{ path: options.out, text: store.text }]);
        const { version, expires } = store.content;
        streams.out(
          options.json === true
            ? `${JSON.stringify({ file: options.out ?? last, version, expires, digest: store.digest }, undefined, 2)}\n`
            : `Trust store ${options.out ?? last}: version ${version}, until ${expires}\n`,
        );
      },
    );
}
