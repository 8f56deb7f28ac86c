import type { FastifyInstance } from 'fastify';
import type { RoutePermission } from './auth.ts';

/** One route as it was added, HEAD apart. */
export interface RouteEntry {
  method: string;
  /** Pattern: `/api/v1/jobs/:id`. */
  url: string;
  permission: RoutePermission | undefined;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route of the app. */
    routeTable: readonly RouteEntry[];
  }
}

/** Keeps the table of all routes; must run before the first is added, after permissions are required. */
export function keepRouteTable(app: FastifyInstance): void {
  const table: RouteEntry[] = [];
  app.decorate('routeTable', table);
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const name of [method].flat()) if (name !== 'HEAD') table.push({ method: name, url, permission: config?.permission });
  });
}

/** Methods that an address knows; that a page may be at any address says nothing. */
export function methodsAt(table: readonly RouteEntry[], path: string): string[] {
  return [...new Set(table.filter(({ url }) => url !== '/*' && patternOf(url).test(path)).map(({ method }) => method))];
}

function patternOf(url: string): RegExp {
  return new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+').replaceAll('*', '.*')}$`);
}
