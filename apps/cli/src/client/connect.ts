import { isIPv4 } from 'node:net';
import { AppError } from '@massif/contracts';
import { createClient, type Client, type Target } from '@massif/sdk';
import type { CliEnvironment } from '../env.ts';
import { readAddress, readAdminToken } from '../up/home.ts';

/**
 * Client of the control plane that MASSIF_URL names, or of the one that `massif up` started for this home. The latter may be
 * started again at another port while we follow a job, and somebody else listen at the old one: the address is read anew for
 * each request.
 * @throws AppError `control_plane_unreachable` when none is known
 */
export function connect(environment: Pick<CliEnvironment, 'home' | 'url' | 'token'>): Client {
  const { home, url, token } = environment;
  if (url !== undefined) return createClient({ url, token: token ?? tokenFor(url, home) });
  const target = (): Target => {
    const own = readAddress(home)?.url;
    if (own === undefined) throw new AppError('control_plane_unreachable', `No control plane runs for ${home}.`, { context: { home } });
    return { url: own, token: token ?? readAdminToken(home) };
  };
  target();
  return createClient({ target });
}

/** The token of this installation's administrator is shown to this installation only, however its address is written. */
function tokenFor(url: string, home: string): string | undefined {
  const own = readAddress(home)?.url;
  return own !== undefined && originOf(url) === originOf(own) ? readAdminToken(home) : undefined;
}

/** The same for every name of this host itself. */
function originOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, hostname, port } = new URL(url);
  const isOfThisHost = hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'));
  return `${protocol}//${isOfThisHost ? 'localhost' : hostname}:${port}`;
}
