import { createHash, randomBytes } from 'node:crypto';
import { newId } from '@massif/contracts';
import type { Database } from '../database/database.ts';
import { scopeWhere } from '../database/scope.ts';
import { encodeCursor, olderThan, pageLimit, pageOf, placeOf } from '../paging/page.ts';
import type { ApiToken } from '../rows.ts';
import type { ProjectStore, TokenStore } from '../store.ts';

/** So that a token is recognised in a log or a commit. */
const prefix = 'massif_';
/** More often than this, the time of the last use is not written. */
const lastUsedEvery = '1 minute';

const hashOf = (token: string) => createHash('sha256').update(token).digest();

const columns = `t.id, t.project_id as "projectId", p.name as project, t.user_id as "userId", t.name, t.role, t.created_at as "createdAt",
  t.last_used_at as "lastUsedAt", t.expires_at as "expiresAt", t.revoked_at as "revokedAt"`;

export function tokenStore({ prisma, query }: Database, projects: ProjectStore): TokenStore {
  const include = { project: { select: { name: true } } } as const;

  const create: TokenStore['create'] = async ({ projectId, name, role, userId, expiresAt }) => {
    const token = prefix + randomBytes(32).toString('base64url');
    const row = await prisma.apiToken.create({
      data: { id: newId('token'), projectId, name, role, userId: userId ?? null, expiresAt: expiresAt ?? null, hash: hashOf(token) },
      include,
    });
    return { token, row: toToken(row) };
  };

  const verify: TokenStore['verify'] = async (token) => {
    // One statement for each request, and a write only now and then.
    const [row] = await query<ApiToken>(
      `with good as (
         select * from api_token where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())
       ),
       used as (
         update api_token set last_used_at = now() from good
         where api_token.id = good.id and (good.last_used_at is null or good.last_used_at < now() - interval '${lastUsedEvery}')
       )
       select ${columns} from good t join project p on p.id = t.project_id`,
      [hashOf(token)],
    );
    return row ?? null;
  };

  return {
    create,
    verify,
    list: async (scope, page = {}) => {
      const limit = pageLimit(page.limit);
      const where = { ...scopeWhere(scope), revokedAt: null };
      const [rows, total] = await Promise.all([
        prisma.apiToken.findMany({
          where: { ...where, ...olderThan(placeOf(page.cursor), 'createdAt') },
          include,
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          take: limit + 1,
        }),
        prisma.apiToken.count({ where }),
      ]);
      return pageOf(rows.map(toToken), { limit, total, cursor: ({ createdAt, id }) => encodeCursor([createdAt.getTime(), id]) });
    },
    revoke: async (scope, id) => {
      await prisma.apiToken.updateMany({ where: { id, ...scopeWhere(scope), revokedAt: null }, data: { revokedAt: new Date() } });
      const row = await prisma.apiToken.findFirst({ where: { id, ...scopeWhere(scope) }, include });
      return row && toToken(row);
    },
    ensureAdmin: async (current) => {
      if (current !== undefined && (await verify(current))?.role === 'admin') return { token: current, created: false };
      const { project, adminUserId } = await projects.ensureDefaults();
      const { token } = await create({ projectId: project.id, name: 'admin', role: 'admin', userId: adminUserId });
      return { token, created: true };
    },
  };
}

function toToken({ project, hash: _hash, ...row }: Omit<ApiToken, 'project'> & { hash: Uint8Array; project: { name: string } }): ApiToken {
  return { ...row, project: project.name };
}
