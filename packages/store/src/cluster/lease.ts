import type { Database } from '../database/database.ts';
import type { Lease, LeaseGuard, LeaseStore } from '../store.ts';

/**
 * SQL of a condition that holds while the lease is held. The share lock makes a takeover wait until this statement is
 * done, so that no write of an old holder comes after the new one's first.
 */
export function leaseHeld(lease: LeaseGuard | undefined, p: (value: unknown) => string): { cte: string; condition: string } {
  if (!lease) return { cte: '', condition: 'true' };
  return {
    cte: `held as materialized (
      select 1 from lease where name = ${p(lease.name)} and holder = ${p(lease.holder)} and epoch = ${p(lease.epoch)} and expires_at > now() for share
    ),`,
    condition: 'exists (select from held)',
  };
}

export function leaseStore({ query }: Database): LeaseStore {
  return {
    acquire: async ({ name, holder, ttlMs }) => {
      const [row] = await query<{ epoch: number }>(
        `insert into lease as l (name, holder, epoch, expires_at) values ($1, $2, 1, now() + $3 * interval '1 ms')
         on conflict (name) do update
           set holder = excluded.holder,
               epoch = case when l.holder = excluded.holder and l.expires_at > now() then l.epoch else l.epoch + 1 end,
               acquired_at = case when l.holder = excluded.holder and l.expires_at > now() then l.acquired_at else now() end,
               expires_at = excluded.expires_at
           where l.expires_at <= now() or l.holder = excluded.holder
         returning epoch`,
        [name, holder, ttlMs],
      );
      return row ? { name, holder, epoch: row.epoch } : null;
    },
    renew: async ({ name, holder, epoch }, ttlMs) => {
      const rows = await query(
        `update lease set expires_at = now() + $4 * interval '1 ms' where name = $1 and holder = $2 and epoch = $3 and expires_at > now() returning 1`,
        [name, holder, epoch, ttlMs],
      );
      return rows.length > 0;
    },
    release: async ({ name, holder, epoch }) => {
      // The column has milliseconds: `now()` may be rounded to what is still to come.
      await query(`update lease set expires_at = now() - interval '1 ms' where name = $1 and holder = $2 and epoch = $3`, [
        name,
        holder,
        epoch,
      ]);
    },
    find: async (name) => {
      const [row] = await query<Lease>('select holder, acquired_at as "acquiredAt", expires_at as "expiresAt" from lease where name = $1', [
        name,
      ]);
      return row ?? null;
    },
  };
}
