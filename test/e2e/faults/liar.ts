import { Bus, busLine, subjectsOf } from '../../../agents/bus/index.ts';
import { type WorldLine, runNode } from '../../../agents/node/index.ts';
import { type Answer, decodeAnswer, encodeAnswer } from '../../../agents/node/answer.ts';
import { decodeRequest } from '../../../agents/node/batch-codec.ts';
import { KIND, openMessage, seal } from '../../../agents/node/message.ts';
import { NODE_CLOCK } from '../../../cli/node-clock.ts';
import { readIdentity } from '../../../cli/fleet/identity-folder.ts';
import { SPACE_CLOUD_SPEC, createDecisionBatch } from '../../../core/index.ts';
import { createBaseline } from '../../../policies/index.ts';

/**
 * A node that lies: `liar.ts LIE SATELLITE BUS FLEET IDENTITY`. It speaks the protocol as a node does, and changes its answers:
 * - `masked`: chooses what the mask forbids; `range`: chooses a candidate that there cannot be; `length`: answers for a row too many;
 * - `capability`: says that its machine stands otherwise than it does;
 * - `session`: answers in a session of somebody else;
 * - `silence`: does not answer, and shows signs of life;
 * - `name`: says everything in the name of another satellite too.
 */
const [lie = '', satellite = '', url = '', fleet = '', identity = ''] = process.argv.slice(2);
const bus = await Bus.connect({ ...readIdentity(identity), servers: url, name: satellite });
const line = busLine({ bus, fleet }, satellite);
const asked = createDecisionBatch(SPACE_CLOUD_SPEC, 1024);
const OTHER = subjectsOf(fleet).satelliteOut('polar-p1-s3');

const lying: WorldLine = {
  ...line,
  open: (events) =>
    line.open({
      ...events,
      message(bytes) {
        const message = openMessage(Buffer.from(bytes));
        if (typeof message !== 'string' && message.kind === KIND.request) decodeRequest(message.body, asked);
        events.message(bytes);
      },
    }),
  send(bytes) {
    if (lie === 'name') bus.publish(OTHER, Uint8Array.from(bytes));
    const message = openMessage(Buffer.from(bytes));
    if (typeof message === 'string' || message.kind !== KIND.answer) return line.send(bytes);
    if (lie === 'silence') return undefined;
    const answer = decodeAnswer(message.body);
    const said = changed(answer);
    const session = lie === 'session' ? (message.session ^ 1) >>> 0 : message.session;
    line.send(seal(encodeAnswer(said, said.choices.length), session, message.sequence));
    return undefined;
  },
};

function changed(answer: Answer): Answer {
  const choices = Uint8Array.from(answer.choices);
  const capabilities = Uint8Array.from(answer.capabilities);
  const n = choices.length;
  if (lie === 'masked') choices[n - 1] = forbidden(n - 1);
  if (lie === 'range') choices[n - 1] = 200;
  if (lie === 'capability') capabilities.forEach((bits, row) => (capabilities[row] = bits ^ 1));
  if (lie !== 'length') return { ...answer, choices, capabilities };
  const longer = { choices: new Uint8Array(n + 1), capabilities: new Uint8Array(n + 1) };
  longer.choices.set(choices);
  return { ...answer, ...longer };
}

/** A candidate that the mask of this row forbids; its last one where it forbids none. */
function forbidden(row: number): number {
  const { maxCandidates: k, actionMask } = asked;
  const found = actionMask.subarray(row * k, (row + 1) * k).indexOf(0);
  return found < 0 ? k : found;
}

process.on('disconnect', () => process.exit(0));
// Listening alone must not keep a process alive that has done its work.
process.channel?.unref();
await runNode({
  ...NODE_CLOCK,
  line: lying,
  satellite,
  policy: createBaseline('load-aware+greedy-finish+gdsf', 1),
}).catch((error: unknown) => {
  console.error(String(error));
  process.exitCode = 8;
});
await bus.close();
