export { type AccessDelay, accessDelays } from './delays.ts';
export { type ConstellationUse, type SessionFigures, constellationUses, sessionFigures } from './figures.ts';
export type {
  AccessChoice,
  AccessStretch,
  Interruption,
  ServingStretch,
  TerminalRadio,
  TerminalSession,
} from './session.ts';
