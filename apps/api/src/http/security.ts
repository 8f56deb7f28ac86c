import type { FastifyReply, FastifyRequest } from 'fastify';

const policy = (directives: Record<string, string>) =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

const nothing = { 'default-src': `'none'`, 'base-uri': `'none'`, 'form-action': `'none'`, 'frame-ancestors': `'none'` };

/**
 * What pages may load: what we serve, and no more. Styles apart: editors and charts write theirs into the page, and without
 * foreign scripts or addresses a style can do little.
 */
const pages = {
  ...nothing,
  'script-src': `'self'`,
  'style-src': `'self' 'unsafe-inline'`,
  'img-src': `'self' data: blob:`,
  'font-src': `'self'`,
  'connect-src': `'self'`,
  'worker-src': `'self'`,
  'manifest-src': `'self'`,
  'form-action': `'self'`,
};

export const contentPolicies = {
  answers: policy(nothing),
  dashboard: policy(pages),
  docs: policy({ ...pages, 'font-src': `'self' data:` }),
};

/** Of every answer, also of one that no hook sees; whoever serves pages sets a wider policy. */
export function setCommonHeaders({ id }: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    'x-request-id': id,
    'content-security-policy': contentPolicies.answers,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  });
}
