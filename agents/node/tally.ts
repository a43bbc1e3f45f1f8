/** What a satellite's nodes did in all their sessions. */
export interface NodeTally {
  /** Decisions the node made. */
  decisions: number;
  /** Decisions asked of the node that its fallback made in its place. */
  fallbackDecisions: number;
  /** Of these, decisions that the node left to the fallback. */
  abstained: number;
  /** Messages that did not arrive as they were sent, or that nobody could have sent. */
  corrupt: number;
  /** Messages of other sessions, and messages heard before. */
  stale: number;
  /** Answers with a choice that was not allowed. */
  illegal: number;
  /** Requests not answered within the deadline. */
  late: number;
  /** Times a node came back after a loss. */
  rejoined: number;
  /** Answers of a node whose own machine stood otherwise than its satellite's. */
  astray: number;
}

export function createTally(): NodeTally {
  return {
    ...{ decisions: 0, fallbackDecisions: 0, abstained: 0, corrupt: 0, stale: 0 },
    ...{ illegal: 0, late: 0, rejoined: 0, astray: 0 },
  };
}
