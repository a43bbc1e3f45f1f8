import { SpaceCloudError } from '../../core/index.ts';
import { type ContactGraph, volumeBits } from './graph.ts';
import type { Route } from './route.ts';

/** What one bundle holds on the contacts of its route. */
export interface Booking {
  readonly sizeBits: number;
  /** Positions in `plan.contacts`. */
  readonly contacts: readonly number[];
}

/**
 * Volumes that bundles have been given on the contacts of one plan. A search that is handed them leaves out contacts whose
 * volume is used up, and waits for the queue on contacts whose `queueRule` says so.
 */
export class Bookings {
  readonly graph: ContactGraph;
  /** Bits booked, by the graph's contact order. Written here only. */
  readonly bookedBits: Float64Array;
  private readonly held = new Set<Booking>();

  constructor(graph: ContactGraph) {
    this.graph = graph;
    this.bookedBits = new Float64Array(graph.planIndex.length);
  }

  /**
   * Books a bundle on every contact of a route.
   *
   * @throws SpaceCloudError MISUSE where a contact has not that much left; nothing is booked then
   */
  book(route: Route, sizeBits: number): Booking {
    const booking = { sizeBits, contacts: route.hops.map(({ contactIndex }) => contactIndex) };
    for (const index of booking.contacts) {
      const leftBits = this.residualBits(index);
      if (sizeBits >= 0 && sizeBits <= leftBits) continue;
      throw new SpaceCloudError(
        'MISUSE',
        `Expected a bundle of at most ${leftBits} bits for contact ${index}, which has that much left, got ${sizeBits}.`,
        { hint: 'Search again with these bookings and book the route that is found.' },
      );
    }
    this.add(booking, sizeBits);
    this.held.add(booking);
    return booking;
  }

  /**
   * Takes a booking back: the bundle has been sent, or will not be.
   *
   * @throws SpaceCloudError MISUSE for a booking that is not held here, or no longer
   */
  withdraw(booking: Booking): void {
    if (!this.held.delete(booking)) {
      throw new SpaceCloudError('MISUSE', 'Expected a booking that is held, got one that is not, or was withdrawn.', {
        hint: 'Withdraw what `book` of the same object returned, once.',
      });
    }
    this.add(booking, -booking.sizeBits);
  }

  /** Bits left on a contact, by its position in `plan.contacts`. */
  residualBits(contactIndex: number): number {
    const contact = this.graph.graphIndex[contactIndex];
    if (contact === undefined) {
      throw new SpaceCloudError('MISUSE', `Expected the position of a contact in the plan, got ${contactIndex}.`);
    }
    return volumeBits(this.graph, contact) - (this.bookedBits[contact] as number);
  }

  private add({ contacts }: Booking, bits: number): void {
    for (const index of contacts) {
      const contact = this.graph.graphIndex[index] as number;
      this.bookedBits[contact] = (this.bookedBits[contact] as number) + bits;
    }
  }
}
