/** One mode of one node that changed. */
export interface ModeChange {
  readonly node: number;
  readonly name: string;
  /**
   * Satellites: a region of their machine. Ground nodes: `radio-<antenna counted at the node>`, `link` (what the radios amount
   * to for the node) or `service`.
   */
  readonly region: string;
  readonly from: string;
  readonly to: string;
  /** For `autonomy`: why it fell back; null otherwise. */
  readonly reason: string | null;
}
