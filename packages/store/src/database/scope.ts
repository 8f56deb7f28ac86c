import type { Scope } from '../rows.ts';

/** A scope as a condition for Prisma. */
export function scopeWhere(scope: Scope): { projectId?: string } {
  return scope === 'everyProject' ? {} : { projectId: scope.projectId };
}

/** The same as SQL; `column` is the one of the project's id. */
export function scopeSql(scope: Scope, column: string, p: (value: unknown) => string): string {
  return scope === 'everyProject' ? 'true' : `${column} = ${p(scope.projectId)}`;
}
