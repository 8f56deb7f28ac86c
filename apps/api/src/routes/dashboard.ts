import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentPolicies } from '../http/security.ts';
import type { SignIn } from '../services/sign-in.ts';
import { addHomeRoute } from './home.ts';
import type { App } from './context.ts';

export interface DashboardOptions {
  /** Where its build lies, as files; it may be replaced while we run. Undefined: nowhere. */
  directory: string | undefined;
  signIn: SignIn;
  /** Where a browser is sent while there is none. */
  otherwise: string;
}

/** What programs ask for; a page never lives there. */
const notPages = /^(api|internal|v1|docs)(\/|$)/;
const index = 'index.html';
/** Their names have a hash of what is in them. */
const assets = 'assets/';
/** Names of files and folders that no way out of the directory begins with. */
const below = /^([\w-][\w.-]*\/)*[\w-][\w.-]*$/;

/** The dashboard: its files, and its one document at every other address, where its own router takes over. */
export async function addDashboard(app: App, { directory, signIn, otherwise }: DashboardOptions): Promise<void> {
  await app.register(fastifyStatic, { serve: false, preCompressed: true, acceptRanges: false, dotfiles: 'ignore' });

  const has = async (file: string) =>
    directory !== undefined && below.test(file) && ((await stat(join(directory, file)).catch(() => undefined))?.isFile() ?? false);
  const send = (reply: FastifyReply, file: string) => {
    const hashed = file.startsWith(assets);
    // The document names the assets, so that it is asked for again each time, which costs nothing while it is the same.
    reply.headers({
      'content-security-policy': contentPolicies.dashboard,
      'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    return reply.sendFile(file, directory, { cacheControl: false });
  };

  addHomeRoute(app, { signIn, show: async (reply) => ((await has(index)) ? send(reply, index) : reply.redirect(otherwise)) });

  app.get<{ Params: { '*': string } }>('/*', { config: { permission: 'public' }, schema: { hide: true } }, async (request, reply) => {
    const path = request.params['*'];
    if (notPages.test(path)) return reply.callNotFound();
    if (await has(path)) return send(reply, path);
    if (path.startsWith(assets) || !wantsPage(request) || !(await has(index))) return reply.callNotFound();
    return send(reply, index);
  });
}

/** Whether somebody goes there with a browser, rather than a program that asks for data. */
function wantsPage({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').split(',').some((range) => range.split(';', 1)[0]!.trim().toLowerCase() === 'text/html');
}
