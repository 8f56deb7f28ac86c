import { AppError } from '@massif/contracts';
import type { FastifyReply } from 'fastify';
import { sessionCookieOf, setSessionCookie } from '../http/session.ts';
import type { SignIn } from '../services/sign-in.ts';
import type { App } from './context.ts';

export interface HomeOptions {
  signIn: SignIn;
  /** What a browser gets to see at `/`. */
  show(reply: FastifyReply): Promise<FastifyReply>;
}

/**
 * `/`, where `massif up` sends people: with the right `?key=` the browser is signed in. The key never stays in the address, in
 * the history or in what the next page is told of where it was asked from.
 */
export function addHomeRoute(app: App, { signIn, show }: HomeOptions): void {
  app.get<{ Querystring: { key?: unknown } }>('/', { config: { permission: 'public' }, schema: { hide: true } }, async (request, reply) => {
    const { key } = request.query;
    // A look without a body is no visit.
    if (key === undefined || request.method !== 'GET') return await show(reply);
    reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    try {
      const before = await signIn.find(sessionCookieOf(request));
      if (before?.role === 'admin') return reply.redirect('/', 303);
      const session = await signIn.withKey(key);
      // Whoever is signed in has no need of the address of an earlier run.
      if (!session) return reply.redirect(before ? '/' : '/?signin=expired', 303);
      if (before) await signIn.end(before);
      setSessionCookie(request, reply, session);
      return reply.redirect('/', 303);
    } catch (error) {
      if (error instanceof AppError && error.code === 'service_unavailable') return reply.redirect('/?signin=unavailable', 303);
      throw error;
    }
  });
}
