import { AppError, rolePermissions, type Permission } from '@massif/contracts';
import type { ApiToken } from '@massif/store';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { isFromOwnOrigin, sessionCookieOf } from './session.ts';

/**
 * What a route's config names: `public` needs no token, `attempt` that of a running attempt, `authenticated` any API token, all
 * else one whose role has it.
 */
export type RoutePermission = Permission | 'public' | 'attempt' | 'authenticated';

/** Whoever a valid API token belongs to, and how he said so. */
export interface Principal {
  tokenId: string;
  /** Name of the token. */
  name: string;
  expiresAt: Date | null;
  /** `cookie`: a browser that signed in. */
  by: 'bearer' | 'cookie';
  userId: string | null;
  projectId: string;
  /** Name of the project. */
  project: string;
  role: string;
  /** Asks again: false once the token was revoked or is over. */
  isStillGood(): Promise<boolean>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: RoutePermission;
  }
  interface FastifyRequest {
    /** Set by the permission check; see `principalOf`. */
    principal: Principal | null;
  }
}

export interface PermissionOptions {
  /** Null when the token is unknown, revoked or over. */
  verifyToken(token: string): Promise<ApiToken | null>;
  /** Routes of plugins that we do not write, all below this prefix, are public. */
  publicPrefix: string;
}

/**
 * Denies by default: a route that declares no permission is refused when it is added, and no body parser, validator or
 * handler runs before the token's role was found to permit the route.
 */
export function requirePermissions(app: FastifyInstance, { verifyToken, publicPrefix }: PermissionOptions): void {
  app.decorateRequest('principal', null);

  app.addHook('onRoute', (route: RouteOptions) => {
    if (route.url === publicPrefix || route.url.startsWith(`${publicPrefix}/`)) route.config = { ...route.config, permission: 'public' };
    if (!route.config?.permission) throw new Error(`${String(route.method)} ${route.url} declares no permission`);
  });

  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) return;
    const { permission } = request.routeOptions.config;
    // An attempt's token is checked by its routes, which know what it belongs to.
    if (permission === 'public' || permission === 'attempt') return;
    const bearer = bearerOf(request);
    // A program that names a token means that, whatever else its browser sends.
    const by = bearer === undefined ? 'cookie' : 'bearer';
    const token = bearer ?? sessionCookieOf(request);
    const row = token === undefined ? null : await verifyToken(token);
    // What was not made for a cookie does not become good in one.
    if (!row || token === undefined || (by === 'cookie' && !row.session)) {
      reply.header('www-authenticate', 'Bearer realm="massif"');
      throw new AppError(
        'unauthorized',
        token === undefined ? 'The request carries no bearer token' : 'The token is unknown, revoked or expired',
      );
    }
    if (by === 'cookie' && request.method !== 'GET' && request.method !== 'HEAD' && !isFromOwnOrigin(request))
      throw new AppError('forbidden', 'With the cookie of a session, only pages of this control plane may change anything');
    if (permission !== 'authenticated' && (permission === undefined || !permits(row.role, permission)))
      throw new AppError('forbidden', `This needs the permission ${permission}, which a token of role ${row.role} does not have`, {
        context: { permission },
      });
    const { id: tokenId, name, expiresAt, userId, projectId, project, role } = row;
    const isStillGood = async () => (await verifyToken(token)) !== null;
    request.principal = { tokenId, name, expiresAt, by, userId, projectId, project, role, isStillGood };
  });
}

/** A role that this version does not know permits nothing. */
export function permissionsOf(role: string): readonly Permission[] {
  return Object.hasOwn(rolePermissions, role) ? rolePermissions[role as keyof typeof rolePermissions] : [];
}

const permits = (role: string, permission: Permission) => permissionsOf(role).includes(permission);

/** The token of an `Authorization: Bearer` header; undefined when there is none or it cannot be one. */
export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,512}) *$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** Whose request this is, in a route whose permission needs a token. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new Error(`${request.routeOptions.url} asks for a principal but its permission needs no token`);
  return request.principal;
}
