// Preloaded into a node: its wall clock shows SPACECLOUD_TEST_CLOCK_MS more than this machine's.
import process from 'node:process';

const RealDate = Date;
const shiftMs = Number(process.env.SPACECLOUD_TEST_CLOCK_MS);

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + shiftMs);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
};
