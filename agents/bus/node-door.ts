import type { Subscription } from 'rxjs';
import { SpaceCloudError } from '../../core/index.ts';
import type { DoorEvents, LineEvents, NodeChannel, NodeDoor, WorldLine } from '../node/channel.ts';
import { KIND, seal } from '../node/message.ts';
import { encodeBare } from '../node/messages.ts';
import type { Bus } from './bus.ts';
import { satelliteOf, subjectsOf } from './subjects.ts';

/** Who meets whom on the bus. */
export interface BusMeeting {
  /** Stays the caller's, who closes it. */
  readonly bus: Bus;
  readonly fleet: string;
}

/**
 * Nodes come in over a bus: each speaks on its own subject, which the server lets nobody else use, and a message counts for the
 * satellite of its subject alone. Nodes that wait for a world are asked to introduce themselves when the door opens.
 */
export function busDoor({ bus, fleet }: BusMeeting, satelliteNames: readonly string[]): NodeDoor {
  const subjects = subjectsOf(fleet);
  // While the server is away the connection knows nothing; messages are lost then, not too long.
  let largestBytes = bus.connection.info?.max_payload ?? 0;
  const channelOf = (satellite: string): NodeChannel => ({
    satellite,
    get maxBytes() {
      return (largestBytes = bus.connection.info?.max_payload ?? largestBytes);
    },
    send: (message) => bus.publish(subjects.satelliteIn(satellite), message),
    end: () => undefined,
  });
  const channels = new Map(satelliteNames.map((name) => [subjects.satelliteOut(name), channelOf(name)]));
  let listening: Subscription | undefined;
  return {
    async open(events: DoorEvents) {
      listening = bus.messages$(subjects.every.satelliteOut).subscribe(({ subject, data }) => {
        // Of strangers nothing is kept.
        const channel = channels.get(subject) ?? channelOf(satelliteOf(fleet, subject) ?? '');
        events.message(channel, data);
      });
      await bus.flush();
      for (const channel of channels.values()) channel.send(seal(encodeBare(KIND.who), 0, 0));
    },
    renew: () => renew(bus),
    async close() {
      await bus.flush();
      listening?.unsubscribe();
    },
  };
}

/** A node's way to the world over a bus. It ends with the bus, or when the server refuses this satellite's subjects. */
export function busLine({ bus, fleet }: BusMeeting, satellite: string): WorldLine {
  const subjects = subjectsOf(fleet);
  const subscriptions: Subscription[] = [];
  return {
    where: `fleet '${fleet}'`,
    outlivesWorlds: true,
    open(events: LineEvents) {
      const ended = (): void =>
        events.closed(
          new SpaceCloudError('BUS_CONNECT', `Expected the bus of fleet '${fleet}' to stay, got its end.`, {
            hint: 'Start the node again when the bus is back.',
          }),
        );
      subscriptions.push(
        bus.refusals$.subscribe((error) => {
          if (isOf(error, subjects.satelliteIn(satellite), subjects.satelliteOut(satellite))) events.closed(error);
        }),
        bus.messages$(subjects.satelliteIn(satellite)).subscribe(({ data }) => events.message(data)),
        bus.status$.subscribe({
          next: (status) => {
            if (status === 'connected') events.connected();
            if (status === 'closed') ended();
          },
          complete: ended,
        }),
      );
    },
    send: (message) => bus.publish(subjects.satelliteOut(satellite), message),
    renew: () => renew(bus),
    close: () => subscriptions.forEach((subscription) => subscription.unsubscribe()),
  };
}

/** A connection whose subscriptions were damaged under way hears nothing, and does not know it. */
function renew(bus: Bus): void {
  bus.reconnect().catch(() => undefined);
}

function isOf({ details }: SpaceCloudError, ...subjects: readonly string[]): boolean {
  return subjects.some((subject) => details['subject'] === subject);
}
