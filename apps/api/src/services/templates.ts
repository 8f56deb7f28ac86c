import { templates } from '@massif/catalog';
import { AppError, type Template } from '@massif/contracts';
import type { Principal } from '../http/auth.ts';
import type { SubmitService } from './submit.ts';

const minutesADay = 1440;

/** Specs to begin from, for the caller's project, and how long each would take on what is there now. */
export async function listTemplates(submit: Pick<SubmitService, 'plan'>, principal: Principal): Promise<Template[]> {
  return await Promise.all(
    templates.map(async ({ spec, ...rest }) => {
      const text = principal.project === 'default' ? spec : spec.replace(/^name: .*$/m, (line) => `${line}\nproject: ${principal.project}`);
      return { ...rest, spec: text, ...(await outlook(submit, principal, text)) };
    }),
  );
}

/** How long it would take, or why it cannot run: no device fits, or none has registered yet. */
async function outlook(
  { plan }: Pick<SubmitService, 'plan'>,
  principal: Principal,
  text: string,
): Promise<Pick<Template, 'minutes' | 'problem'>> {
  try {
    const { plans } = await plan({ principal, body: { text, format: 'yaml' } });
    const days = plans[0]?.days ?? null;
    return { minutes: days === null ? null : Math.round(days * minutesADay * 10) / 10, problem: null };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'internal') throw error;
    return { minutes: null, problem: { ...error.context, code: error.code, message: error.message } };
  }
}
