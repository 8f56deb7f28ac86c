export { openQueue, type ConsumeOptions, type Consumer, type QueueOptions, type ReconcileQueue } from './queue.ts';
export { startRedis, type RedisServer, type StartRedisOptions } from './server/start.ts';
