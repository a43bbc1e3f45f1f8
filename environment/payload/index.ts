export { type MeasuredFigure, type ProfileFigures, profileFigures, wilson } from './figures.ts';
export { PROFILE_FORMAT, PROFILE_STRATA, type PayloadProfile, type ProfileStratum } from './profile.ts';
export { readPayloadProfile } from './read-profile.ts';
export { type ProfileValues, captureWorkTflop, profileValues, rooflineUtilisation } from './scaling.ts';
