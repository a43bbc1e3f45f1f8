export * from './generate.ts';
export * from './scene.ts';
