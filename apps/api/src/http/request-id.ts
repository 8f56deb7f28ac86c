import type { IncomingHttpHeaders } from 'node:http';
import { newId } from '@massif/contracts';

/** Safe in a header, in a log line and in a problem object. */
const sane = /^[A-Za-z0-9][A-Za-z0-9._:+=@-]{0,127}$/;

/** The caller's `x-request-id`, so that its logs and ours can be joined; a new one when there is none or it is not sane. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && sane.test(given) ? given : newId('request');
}
