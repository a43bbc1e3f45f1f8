/** Modes that changed at one time of the scenario. */
export interface ChangedModes {
  readonly timeS: number;
  readonly changes: readonly {
    /** Of the node. */
    readonly name: string;
    readonly region: string;
    readonly from: string;
    readonly to: string;
    /** Why a policy gave way to its fallback; null otherwise. */
    readonly reason: string | null;
  }[];
}
