import type { PageExtras } from './page.ts';
import type { TerminalDay } from './terminal-day.ts';

export { terminalCaveats } from './caveats.ts';
export { terminalJson } from './terminal-json.ts';
export {
  type TerminalRun,
  type TerminalDay,
  type TerminalDayOptions,
  expectTerminal,
  terminalDay,
} from './terminal-day.ts';
export { terminalText } from './terminal-text.ts';
export { type TerminalVerdict, verdictOf } from './verdict.ts';

/** The day as one page; see `page.ts`. The plotting library is loaded on the first call. */
export async function terminalPage(day: TerminalDay, extras: PageExtras): Promise<string> {
  const page = await import('./page.ts');
  return page.renderTerminalPage(day, extras);
}
