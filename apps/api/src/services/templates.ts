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
      return { ...rest, spec: text, minutes: await minutesOf(submit, principal, text) };
    }),
  );
}

/** Null where it cannot be planned, because no device fits or none has registered yet. */
async function minutesOf({ plan }: Pick<SubmitService, 'plan'>, principal: Principal, text: string): Promise<number | null> {
  try {
    const { plans } = await plan({ principal, body: { text, format: 'yaml' } });
    const days = plans[0]?.days ?? null;
    return days === null ? null : Math.round(days * minutesADay * 10) / 10;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'internal') return null;
    throw error;
  }
}
