export { remembered } from './journal.ts';
export * from './search.ts';
export * from './space.ts';
