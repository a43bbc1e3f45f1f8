export { remembered } from './journal.ts';
export { type SearchFile, loadSearchFile, parseSearchFile } from './search-file.ts';
export * from './search.ts';
export * from './space.ts';
export { trainTrials } from './train-trials.ts';
