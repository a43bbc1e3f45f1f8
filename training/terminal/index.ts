import type { PageExtras } from './page.ts';
import type { TerminalStudy } from './terminal-day.ts';

export { terminalCaveats } from './caveats.ts';
export { terminalJson } from './terminal-json.ts';
export {
  type TerminalRun,
  type TerminalStudy,
  type TerminalStudyOptions,
  expectTerminal,
  terminalStudy,
} from './terminal-day.ts';
export { terminalText } from './terminal-text.ts';
export { type TerminalVerdict, verdictOf } from './verdict.ts';

/** The study as one page; see `page.ts`. The plotting library is loaded on the first call. */
export async function terminalPage(study: TerminalStudy, extras: PageExtras): Promise<string> {
  const page = await import('./page.ts');
  return page.renderTerminalPage(study, extras);
}
