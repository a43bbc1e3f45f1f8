export { type NoPath, type PathFinder, type PathQuery, type PathSample, createPathFinder } from './find-paths.ts';
