import { describe, expect, it } from 'vitest';
import { TerminalListener } from '../../agents/terminal-session.ts';

const change = (
  region: string,
  from: string,
  to: string,
  name = 'ship',
): { name: string; region: string; from: string; to: string } => ({
  ...{ name, region, from, to },
});

describe('TerminalListener', () => {
  it('counts what radios did, and when the link stood', () => {
    const listener = new TerminalListener('ship');
    listener.hear({
      timeS: 10,
      changes: [change('radio-0', 'detached', 'attached'), change('link', 'detached', 'attached')],
    });
    listener.hear({
      timeS: 20,
      changes: [change('radio-0', 'attached', 'handingOver'), change('link', 'attached', 'handingOver')],
    });
    listener.hear({
      timeS: 20.5,
      changes: [change('radio-0', 'handingOver', 'attached'), change('link', 'handingOver', 'attached')],
    });
    listener.hear({
      timeS: 30,
      changes: [change('radio-0', 'attached', 'detached'), change('link', 'attached', 'detached')],
    });
    listener.hear({
      timeS: 40,
      changes: [change('radio-1', 'detached', 'attached'), change('link', 'detached', 'attached')],
    });
    expect(listener.session(50)).toEqual({
      ...{ attaches: 2, handovers: 1, detaches: 1 },
      attached: [
        { fromS: 10, toS: 20 },
        { fromS: 20.5, toS: 30 },
        { fromS: 40, toS: 50 },
      ],
    });
  });

  it('hears of no other node', () => {
    const listener = new TerminalListener('ship');
    listener.hear({
      timeS: 1,
      changes: [change('radio-0', 'detached', 'attached', 'sat-1'), change('link', 'detached', 'attached', 'gw')],
    });
    expect(listener.session(9)).toEqual({ attaches: 0, handovers: 0, detaches: 0, attached: [] });
  });
});
