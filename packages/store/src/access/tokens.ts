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

const newToken = () => prefix + randomBytes(32).toString('base64url');
const hashOf = (token: string) => createHash('sha256').update(token).digest();

const columns = `t.id, t.project_id as "projectId", p.name as project, t.user_id as "userId", t.name, t.role, t.created_at as "createdAt",
  t.last_used_at as "lastUsedAt", t.expires_at as "expiresAt", t.revoked_at as "revokedAt", t.session`;

/** For how long after their end, so that one can still see who was there. */
const sessionsKept = '30 days';

export function tokenStore({ prisma, query }: Database, projects: ProjectStore): TokenStore {
  const include = { project: { select: { name: true } } } as const;

  const create: TokenStore['create'] = async ({ projectId, name, role, userId, expiresAt }) => {
    const token = newToken();
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

  const createSession: TokenStore['createSession'] = async ({ projectId, name, role, userId, expiresAt, parentId }) => {
    const token = newToken();
    // Each takes along what has been over for long, so that sessions do not pile up.
    // The lock lets `revoke` of the parent come before, which is seen here, or after, which finds this session.
    const [row] = await query<ApiToken>(
      `with parent as (
         select from api_token where id = $8 and revoked_at is null and (expires_at is null or expires_at > now()) for share
       ),
       over as (
         delete from api_token where session and expires_at < now() - interval '${sessionsKept}'
       ),
       made as (
         insert into api_token (id, project_id, name, role, user_id, expires_at, hash, session, parent_id)
         select $1, $2, $3, $4, $5, $6::timestamptz, $7::bytea, true, $8::text where $8 is null or exists (select from parent)
         returning *
       )
       select ${columns} from made t join project p on p.id = t.project_id`,
      [newId('token'), projectId, name, role, userId, expiresAt, hashOf(token), parentId],
    );
    return row ? { token, row } : null;
  };

  return {
    create,
    createSession,
    verify,
    list: async (scope, page = {}) => {
      const limit = pageLimit(page.limit);
      const where = { ...scopeWhere(scope), revokedAt: null, NOT: { session: true, expiresAt: { lte: new Date() } } };
      const [rows, total] = await Promise.all([
        prisma.apiToken.findMany({
          where: { AND: [where, olderThan(placeOf(page.cursor), 'createdAt')] },
          include,
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          take: limit + 1,
        }),
        prisma.apiToken.count({ where }),
      ]);
      return pageOf(rows.map(toToken), { limit, total, cursor: ({ createdAt, id }) => encodeCursor([createdAt.getTime(), id]) });
    },
    revoke: async (scope, id) => {
      for (const which of [{ id }, { parentId: id }])
        await prisma.apiToken.updateMany({ where: { ...which, ...scopeWhere(scope), revokedAt: null }, data: { revokedAt: new Date() } });
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

type TokenRecord = Omit<ApiToken, 'project'> & { hash: Uint8Array; parentId: string | null; project: { name: string } };

function toToken({ project, hash: _hash, parentId: _parentId, ...row }: TokenRecord): ApiToken {
  return { ...row, project: project.name };
}
