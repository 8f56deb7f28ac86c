import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@massif/contracts';
import type { ApiToken, ProjectStore, TokenStore } from '@massif/store';
import type { Principal } from '../http/auth.ts';

export interface Session {
  /** For the cookie, and for nothing else. */
  token: string;
  expiresAt: Date;
  row: ApiToken;
}

export interface SignIn {
  /** An administrator's session for whoever has the key that `massif up` printed; null when it is another one. */
  withKey(key: unknown): Promise<Session | null>;
  /** A session of the same role and project as a token, and no longer good than that. @throws AppError `unauthorized` when it is over meanwhile */
  withToken(principal: Principal): Promise<Session>;
  /** The session of a cookie; null when there is none, or it is over. */
  find(cookie: string | undefined): Promise<ApiToken | null>;
  /** Another one takes its place. */
  end(session: ApiToken): Promise<void>;
}

const sessionMs = 7 * 86_400_000;
const name = 'browser';

export interface SignInOptions {
  tokens: Pick<TokenStore, 'createSession' | 'verify' | 'revoke'>;
  projects: Pick<ProjectStore, 'ensureDefaults'>;
  /** Made anew by each `massif up`; without it nobody signs in by key. */
  key: string | undefined;
}

export function createSignIn({ tokens, projects, key }: SignInOptions): SignIn {
  const open = async (session: Omit<Parameters<TokenStore['createSession']>[0], 'name'>): Promise<Session | null> => {
    const made = await tokens.createSession({ ...session, name });
    return made && { ...made, expiresAt: session.expiresAt };
  };
  const isKey = (given: unknown) => key !== undefined && typeof given === 'string' && timingSafeEqual(hashOf(given), hashOf(key));

  return {
    async withKey(given) {
      if (!isKey(given)) return null;
      const { project, adminUserId } = await projects.ensureDefaults();
      const expiresAt = new Date(Date.now() + sessionMs);
      return await open({ projectId: project.id, role: 'admin', userId: adminUserId, expiresAt, parentId: null });
    },
    async withToken({ tokenId, projectId, role, userId, expiresAt }) {
      const latest = Date.now() + sessionMs;
      const end = new Date(Math.min(latest, expiresAt?.getTime() ?? latest));
      const session = await open({ projectId, role, userId, expiresAt: end, parentId: tokenId });
      if (!session) throw new AppError('unauthorized', 'The token is unknown, revoked or expired');
      return session;
    },
    async find(cookie) {
      const row = cookie === undefined ? null : await tokens.verify(cookie);
      return row?.session ? row : null;
    },
    async end({ projectId, id }) {
      await tokens.revoke({ projectId }, id);
    },
  };
}

const hashOf = (text: string) => createHash('sha256').update(text).digest();
