/** One entry of the scenario's traffic, in base units. */
export interface TrafficClass {
  readonly name: string;
  readonly family: number;
  /** Tasks per second over the scenario, load included. */
  readonly ratePerS: number;
  readonly priority: number;
  readonly value: number;
  readonly deadlineS: number;
  /** Mean bits put into the system at creation, and sigma of their log-normal factor (mean 1). */
  readonly sizeBits: number;
  readonly sizeSpread: number;
  readonly workTflop: number;
  readonly outputBits: number;
  /** `content`: first object of its part of the catalogue, how many, freshness limit (Infinity = none). */
  readonly firstObject: number;
  readonly objects: number;
  readonly freshnessS: number;
  readonly consumerIsDataCentre: boolean;
  /** Share of a product's bits that show nothing. */
  readonly falseAlertFrac: number;
  /** Label class of the data, and of the product made of them (the same where there is none). */
  readonly label: number;
  readonly productLabel: number;
}
