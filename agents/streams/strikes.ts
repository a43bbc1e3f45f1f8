/** A kind that struck counts as gone when so many times `strikes` decisions of others in a row were known since. */
const GONE_AFTER = 10;

/**
 * Counts of one world: observations in a row, of each satellite and decision kind, that the policy does not know. A satellite is
 * out of distribution when one kind has had `strikes` of them, and normal again when every kind that struck has had as
 * many known ones in a row, or did not come up any more.
 */
export class Strikes {
  private readonly strikes: number;
  private readonly kinds: number;
  /** [satellites * kinds] unknown (positive) or known (negative) observations in a row. */
  private readonly count: Int32Array;
  /** [satellites * kinds] 1 = this kind struck and has not returned. */
  private readonly struck: Uint8Array;
  /** [satellites] known observations in a row, of whatever kind. */
  private readonly calm: Int32Array;
  /** [satellites] kinds that struck. */
  private readonly open: Int32Array;

  constructor({ satellites, kinds, strikes }: { satellites: number; kinds: number; strikes: number }) {
    this.strikes = strikes;
    this.kinds = kinds;
    this.count = new Int32Array(satellites * kinds);
    this.struck = new Uint8Array(satellites * kinds);
    this.calm = new Int32Array(satellites);
    this.open = new Int32Array(satellites);
  }

  /** Takes in one observation; what changed for the satellite by it, if anything did. */
  note(satellite: number, kind: number, known: boolean): 'out-of-distribution' | 'normal' | undefined {
    const { strikes, count, struck, calm, open } = this;
    const at = satellite * this.kinds + kind;
    const before = count[at] as number;
    const inRow = known ? Math.min(before, 0) - 1 : Math.max(before, 0) + 1;
    count[at] = inRow;
    calm[satellite] = known ? (calm[satellite] as number) + 1 : 0;
    const openBefore = open[satellite] as number;
    if (inRow >= strikes && struck[at] === 0) {
      struck[at] = 1;
      open[satellite] = openBefore + 1;
      return openBefore === 0 ? 'out-of-distribution' : undefined;
    }
    if (openBefore === 0) return undefined;
    if (inRow <= -strikes && struck[at] === 1) {
      struck[at] = 0;
      open[satellite] = openBefore - 1;
    } else if (calm[satellite] >= GONE_AFTER * strikes) {
      struck.fill(0, satellite * this.kinds, (satellite + 1) * this.kinds);
      count.fill(0, satellite * this.kinds, (satellite + 1) * this.kinds);
      open[satellite] = 0;
    }
    return open[satellite] === 0 ? 'normal' : undefined;
  }
}
