import { AppError } from '@massif/contracts';
import type { AttemptToken } from '../store.ts';

/**
 * SQL of `held`: the attempt, locked, when it may still write; empty when its token is wrong or old. Every write of an attempt
 * takes its rows from there, so that nothing is written after the attempt has ended.
 * With `lockJob`, for writes that change the job too, `owner` is the job, locked first as everywhere. Without `lock`, for a look only.
 */
export function held({ attemptId, tokenHash }: AttemptToken, p: (value: unknown) => string, { lockJob = false, lock = true } = {}): string {
  const id = p(attemptId);
  return `owner as materialized (
      select id, attempt, event_seq, cancel_requested_at from job where id = (select job_id from attempt where id = ${id})
      ${lockJob ? 'for no key update' : ''}
    ),
    held as materialized (
      select a.id, a.job_id, a.project_id, a.number, a.frame_seq, a.outcome, a.heartbeat_at, owner.cancel_requested_at
      from attempt a join owner on owner.id = a.job_id and owner.attempt = a.number
      where a.id = ${id} and a.token_hash = ${p(Buffer.from(tokenHash))} and a.ended_at is null
      ${lock ? 'for no key update of a' : ''}
    )`;
}

/** What a refused attempt is told; not whether its token was wrong or it is over. */
export function fenced(): AppError {
  return new AppError('attempt_fenced', 'This attempt has ended, or another one runs in its place');
}
