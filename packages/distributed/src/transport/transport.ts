/**
 * What the ranks of an attempt use to meet. Every rank calls the same collectives in the same order.
 * Two implementations: `solo` (one rank) and `socket` (TCP). `conformance.test.ts` holds what both must do.
 */
export interface Transport {
  readonly rank: number;
  readonly size: number;
  /**
   * Sums `count` fp32 values over all ranks, in place at a host address. Contributions are added in rank order, so every
   * rank gets the same bits in every run.
   * @throws TransportError when a peer is gone, silent for too long, or calls another collective.
   */
  allReduceSum(address: bigint, count: number): Promise<void>;
  /** Returns when every rank has arrived. */
  barrier(): Promise<void>;
  /** Ends a collective in progress, which then throws. Safe at any time. */
  abort(): void;
  /** Ends a collective in progress, which then throws as every later one does, and frees the connections. */
  close(): void;
}

/** A collective could not be completed; the message names the rank that is to blame. */
export class TransportError extends Error {
  readonly code = 'rank_failed';
  override readonly name = 'TransportError';
}
