import type { Command } from 'commander';
import { formatDuration } from './progress.ts';
import type { CommandStreams } from './run-command.ts';

/** Makes a command line that writes to the given streams. */
export type CreateProgram = (streams: CommandStreams) => Command;

/** Carries out commands as if a user had typed them, saying which. */
export class Shell {
  private readonly createProgram: CreateProgram;
  private readonly streams: CommandStreams;

  constructor(createProgram: CreateProgram, streams: CommandStreams) {
    this.createProgram = createProgram;
    this.streams = streams;
  }

  say(text: string): void {
    this.streams.out(`${text}\n`);
  }

  /** Runs a command; its output is shown. */
  async run(...words: readonly string[]): Promise<void> {
    this.echo(words);
    const startMs = performance.now();
    await this.createProgram(this.streams).parseAsync(words, { from: 'user' });
    this.say(`   (${formatDuration((performance.now() - startMs) / 1000)})`);
  }

  /** Runs a command with `--json` and returns its document. */
  async read<T>(...words: readonly string[]): Promise<T> {
    this.echo(words);
    let document = '';
    const program = this.createProgram({ ...this.streams, out: (text) => (document += text) });
    await program.parseAsync([...words, '--json'], { from: 'user' });
    return JSON.parse(document) as T;
  }

  private echo(words: readonly string[]): void {
    this.say(`   spacecloud ${words.join(' ')}`);
  }
}
