/**
 * The damped estimate of a way, by which the prior and the baseline `damped` order links: queues that the last reports tell of
 * count only in part, since all satellites read the same reports, turn to the same empty links, and find them full; a way back to
 * where a bundle came from counts in full; and bundles that have made many hops must come nearer to their destination with each
 * further one. Chosen on scenarios/iridium-66.yaml at loads 1 to 3, seeds 1 to 3, without faults and with a tenth of the laser
 * links out; utility is flat around them without faults (weights 1/8 to 1/2, 7 to 20 hops), and falls below 12 hops with faults.
 */

/** Share of the queues reported beyond this satellite that an estimate counts. */
export const STALE_QUEUE_WEIGHT = 0.25;

/** From this many hops on a bundle takes no detours. */
export const DETOUR_HOPS = 16;
