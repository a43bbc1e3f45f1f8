import { type SourcePlace, SpaceCloudError } from '../../../core/index.ts';

/** What a reader says about a contact plan that it cannot read, and what to do about it. */
export function contactsError(message: string, place: SourcePlace, hint: string): SpaceCloudError {
  return new SpaceCloudError('CONTACTS_SYNTAX', message, { place, hint });
}
