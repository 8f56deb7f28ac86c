import type { ApiToken, Page, PageQuery, Project, Queue, Scope } from '../rows.ts';

export interface ProjectStore {
  /** Makes project `default`, its queue `default` and user `admin` where they are missing. Safe to call concurrently. */
  ensureDefaults(): Promise<{ project: Project; adminUserId: string }>;
  byName(name: string): Promise<Project | null>;
  list(): Promise<Project[]>;
}

export interface TokenStore {
  /** The token itself is in this answer and nowhere else; the database has its SHA-256. */
  create(token: {
    projectId: string;
    name: string;
    role: string;
    userId?: string;
    expiresAt?: Date;
  }): Promise<{ token: string; row: ApiToken }>;
  /**
   * A token for the cookie of a browser, of the same project and role as what it signed in with. Null when that, its parent, is
   * revoked or over.
   */
  createSession(session: {
    projectId: string;
    name: string;
    role: string;
    userId: string | null;
    expiresAt: Date;
    parentId: string | null;
  }): Promise<{ token: string; row: ApiToken } | null>;
  /** Whose token this is; null when it is unknown, revoked or over. */
  verify(token: string): Promise<ApiToken | null>;
  /** Without what was revoked, and without sessions that are over. */
  list(scope: Scope, page?: PageQuery): Promise<Page<ApiToken>>;
  /** Also the sessions of browsers that signed in with it. Null when there is none in this scope. Revoking twice is the same as once. */
  revoke(scope: Scope, id: string): Promise<ApiToken | null>;
  /** The administrator's token: `current` when it is still good, else a new one, which the caller writes to its file. */
  ensureAdmin(current: string | undefined): Promise<{ token: string; created: boolean }>;
}

export interface QueueStore {
  list(scope: Scope): Promise<Queue[]>;
  ensure(queue: { projectId: string; name: string }): Promise<Queue>;
}
