export { gmstRad } from './earth-rotation.ts';
export { type LeftOut, selectElements } from './element-constellation.ts';
export { type ElementsText, parseElements, readElementsText } from './elements-file.ts';
export type { Ephemeris } from './ephemeris.ts';
export { ecefFromTemeInto } from './frames.kernel.ts';
export { sunlitFracInto } from './shadow.kernel.ts';
export { sunPositionInto } from './sun.ts';
export { type UtcInstant, parseUtc } from './utc.ts';
export { walkerAngles, walkerEphemeris } from './walker.ts';
