export { remembered } from './journal.ts';
export { type LoadedSearchFile, type SearchFile, loadSearchFile, parseSearchFile } from './search-file.ts';
export * from './search.ts';
export * from './space.ts';
export { type TrainTrialsOptions, trainTrials, trialFolder } from './train-trials.ts';
