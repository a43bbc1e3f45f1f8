import { SpaceCloudError } from '../../../core/index.ts';

/** The error that `act` throws; fails when it throws none, or one of another class. */
export function refusal(act: () => unknown): SpaceCloudError {
  try {
    act();
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('expected a refusal, but the scenario was accepted');
}

/** `line:column` of the error. */
export function lineAndColumn({ place }: SpaceCloudError): string {
  return `${place?.line}:${place?.column}`;
}
