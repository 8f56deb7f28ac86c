export {
  createClient,
  newIdempotencyKey,
  pages,
  type CallOptions,
  type Client,
  type JobFilter,
  type LogFilter,
  type PageOptions,
  type Period,
  type SpecInput,
} from './client.ts';
export type { Target, TransportOptions } from './http/transport.ts';
export type { FollowOptions } from './streams/follow.ts';
