import { describe, expect, it } from 'vitest';
import { createContactRecorder } from '../../../environment/geometry/contact-recorder.kernel.ts';
import { createPassRecorder } from '../../../environment/geometry/pass-recorder.ts';

/** Ten ticks; laser tracks 0 to 3, antennas on tracks 4 and 5. */
const SHAPE = { tickCount: 10, antennaCount: 2, firstAntennaTrack: 4 };

describe('contact recorder', () => {
  it('gives rows in order of start, then track, whatever the order they came in', () => {
    const recorder = createContactRecorder();
    recorder.open(5, 7, -1, 2, 100);
    recorder.close(5, 4);
    recorder.open(3, 0, 1, 2, 9);
    recorder.open(1, 1, 3, 2, 9);
    recorder.close(1, 6);
    recorder.close(3, 6);
    recorder.open(5, 8, -1, 5, 50);
    recorder.close(5, 6);
    const contacts = recorder.finish(SHAPE);
    expect(contacts.n).toBe(4);
    expect([...contacts.track]).toEqual([1, 3, 5, 5]);
    expect([...contacts.peer]).toEqual([1, 0, 7, 8]);
    expect([...contacts.peerTrack]).toEqual([3, 1, -1, -1]);
    expect([...contacts.startTick]).toEqual([2, 2, 2, 5]);
    expect([...contacts.endTick]).toEqual([6, 6, 4, 6]);
    expect([...contacts.rateBps]).toEqual([9, 9, 100, 50]);
    expect([...contacts.byEnd]).toEqual([2, 0, 1, 3]); // ends 4, 6, 6, 6
    expect([...contacts.antennaFirst]).toEqual([0, 0, 2]);
    expect([...contacts.ofAntenna]).toEqual([2, 3]);
    expect(contacts.rangeKm).toBeUndefined();
  });

  it('splits a stretch where its rate changes and ends all of its parts at one time', () => {
    const recorder = createContactRecorder();
    recorder.open(4, 2, -1, 0, 10);
    recorder.changeRate(4, 0, 20); // before the first row has lasted a tick
    recorder.changeRate(4, 3, 20); // the rate it has
    recorder.changeRate(4, 5, 30);
    recorder.changeRate(4, 7, 20);
    recorder.close(4, 9);
    recorder.open(4, 2, -1, 9, 20);
    const contacts = recorder.finish(SHAPE);
    expect([...contacts.startTick]).toEqual([0, 5, 7, 9]);
    expect([...contacts.endTick]).toEqual([5, 7, 9, 10]);
    expect([...contacts.untilTick]).toEqual([9, 9, 9, 11]); // 11 = beyond the horizon of 10
    expect([...contacts.rateBps]).toEqual([20, 30, 20, 20]);
  });

  it('leaves no row of a contact that ends in the tick it began in', () => {
    const recorder = createContactRecorder();
    recorder.open(4, 2, -1, 3, 10);
    recorder.close(4, 3);
    recorder.open(5, 2, -1, 10, 10); // begins at the horizon
    expect(recorder.finish(SHAPE)).toMatchObject({ n: 0 });
  });

  it('refuses to open what is open and to close what is closed', () => {
    const recorder = createContactRecorder();
    recorder.open(0, 1, 2, 0, 10);
    expect(() => recorder.open(0, 2, 3, 1, 10)).toThrow(/track 0 to be closed/);
    expect(() => recorder.close(3, 1)).toThrow(/track 3 to be open/);
    expect(() => recorder.changeRate(3000, 1, 1)).toThrow(/track 3000 to be open/);
  });

  it('keeps thousands of rows in memory that threads share', () => {
    const recorder = createContactRecorder();
    for (let tick = 0; tick < 5000; tick++) {
      recorder.open(tick % 6, tick, -1, tick, tick);
      recorder.close(tick % 6, tick + 1);
    }
    const contacts = recorder.finish({ ...SHAPE, tickCount: 5000 });
    expect(contacts.n).toBe(5000);
    // Every row, those included at which the columns grow.
    expect([...contacts.peer]).toEqual(Array.from({ length: 5000 }, (_, tick) => tick));
    expect([...contacts.rateBps]).toEqual(Array.from({ length: 5000 }, (_, tick) => tick));
    expect(contacts.ofAntenna.length).toBe(1666); // of tracks 4 and 5: 4, 10, .. 4996 and 5, 11, .. 4997
    expect(contacts.track.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(contacts.rateBps.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('pass recorder', () => {
  it('gives passes in order of site, start and satellite, and those that last beyond the horizon an end of T + 1', () => {
    const recorder = createPassRecorder();
    recorder.open(1, 5, 0);
    recorder.open(0, 9, 0);
    recorder.open(0, 4, 0);
    recorder.open(1, 6, 1);
    recorder.open(1, 3, 2);
    recorder.close(1, 6, 4); // from the middle of the list
    recorder.close(1, 5, 4);
    recorder.open(1, 6, 8);
    recorder.open(0, 1, 3);
    recorder.close(0, 1, 3); // lasted no tick
    const passes = recorder.finish({ tickCount: 10, siteCount: 3 });
    expect(passes.n).toBe(6);
    expect([...passes.siteFirst]).toEqual([0, 2, 6, 6]);
    expect([...passes.satellite]).toEqual([4, 9, 5, 6, 3, 6]);
    expect([...passes.startTick]).toEqual([0, 0, 0, 1, 2, 8]);
    expect([...passes.endTick]).toEqual([11, 11, 4, 4, 11, 11]);
    expect(passes.satellite.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('keeps every one of thousands of passes', () => {
    const recorder = createPassRecorder();
    for (let tick = 0; tick < 5000; tick++) {
      recorder.open(0, tick, tick);
      if (tick > 0) recorder.close(0, tick - 1, tick + 1);
    }
    const passes = recorder.finish({ tickCount: 5001, siteCount: 1 });
    expect([...passes.satellite]).toEqual(Array.from({ length: 5000 }, (_, tick) => tick));
    expect([...passes.endTick.subarray(0, 4999)]).toEqual(Array.from({ length: 4999 }, (_, tick) => tick + 2));
    expect(passes.endTick[4999]).toBe(5002);
  });

  it('gives empty columns when nothing passes', () => {
    const passes = createPassRecorder().finish({ tickCount: 10, siteCount: 2 });
    expect(passes.n).toBe(0);
    expect([...passes.siteFirst]).toEqual([0, 0, 0]);
  });

  it('refuses to close what is not open', () => {
    const recorder = createPassRecorder();
    recorder.open(0, 1, 0);
    expect(() => recorder.close(0, 2, 1)).toThrow(/satellite 2 at site 0/);
  });
});
