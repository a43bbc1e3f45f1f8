import { type EngineAnswer, type Given, answerOf } from './trajectories.ts';

(globalThis as { answerOf?: (given: readonly Given[]) => EngineAnswer }).answerOf = answerOf;
