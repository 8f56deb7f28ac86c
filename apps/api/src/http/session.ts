import type { FastifyReply, FastifyRequest } from 'fastify';

/** Whether the browser speaks TLS, to us or to a proxy in front of us. Whoever lies about it makes himself a cookie of no use. */
function isSecure({ protocol, headers }: FastifyRequest): boolean {
  return protocol === 'https' || headers['x-forwarded-proto'] === 'https';
}

/** Browsers send the cookies of a host to each of its ports: with the port in its name, installations on one host do not meet. */
function cookieNameOf(request: FastifyRequest): string {
  const port = /:(\d+)$/.exec(request.headers.host ?? '')?.[1] ?? (isSecure(request) ? '443' : '80');
  return `massif_session_${port}`;
}

/** The session token that a browser sent with its request. */
export function sessionCookieOf(request: FastifyRequest): string | undefined {
  return request.cookies[cookieNameOf(request)];
}

const attributesOf = (request: FastifyRequest) => ({ path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure(request) }) as const;

/** Gives a session to the browser that asks: no script can read it, no other site can use it. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, { token, expiresAt }: { token: string; expiresAt: Date }) {
  reply.setCookie(cookieNameOf(request), token, { ...attributesOf(request), expires: expiresAt });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(cookieNameOf(request), attributesOf(request));
}

/**
 * Whether a page of our own sent this, as its browser says. Pages on other ports of this host are of the same site and would be
 * sent our cookie, but have another origin.
 */
export function isFromOwnOrigin({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  // Browsers leave it out where neither host nor connection is trusted, but send the origin of whatever changes something.
  const { origin, host } = headers;
  return origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
