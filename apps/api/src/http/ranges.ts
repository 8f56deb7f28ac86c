import type { FastifyRequest } from 'fastify';

/**
 * Whoever asks for a part of a file, or for it only if it is a certain one, gets it whole, as RFC 9110 lets servers do: the file
 * server that we use and the one of the documentation throw what we could only tell as an error of ours.
 */
export function ignoreRanges({ headers }: FastifyRequest): void {
  for (const name of ['range', 'if-match', 'if-unmodified-since']) delete headers[name];
}
