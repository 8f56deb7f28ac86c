/** Sentences about errors and reasons, made from their code and facts in the reader's language. */
import { isErrorCode, toAppError, type Reason } from '@massif/contracts';
import { useTranslations } from 'use-intl';
import { requestIdOf } from '../api/errors.ts';
import { useLanguage } from './language.tsx';
import type { Words } from './messages.ts';

export interface ErrorText {
  title: string;
  /** What happened this time, as the API said it. */
  detail: string;
  /** What such an error means. */
  meaning: string;
  fix: string;
  code: string;
  requestId: string | undefined;
}

/** What an error says to a person. */
export function useErrorText(): (error: unknown) => ErrorText {
  const { errors } = useLanguage();
  return (error) => {
    const { code, message } = toAppError(error);
    const { title, meaning, fix } = errors[code];
    return { title, detail: message, meaning, fix, code, requestId: requestIdOf(error) };
  };
}

/** Sentences after one another; what is not there is left out. In Chinese there is no space between them. */
export function useSentences(): (sentences: readonly (string | false)[]) => string {
  const { locale } = useLanguage();
  return (sentences) => sentences.filter((sentence) => sentence !== false).join(locale === 'zh' ? '' : ' ');
}

/** Why something is as it is, in a sentence of the reader's language. */
export function useReasonText(): (reason: Reason) => string {
  const t = useTranslations('reasons');
  const { locale, errors } = useLanguage();
  return (reason) => reasonText(reason, { t, locale, errors });
}

/**
 * What the scheduler says, and what is wrong with a node, is made of facts; what failed is the API's sentence, in another language than English behind the name of
 * its code.
 */
export function reasonText(
  reason: Reason,
  { t, locale, errors }: { t: ReturnType<typeof useTranslations<'reasons'>> } & Pick<Words, 'locale' | 'errors'>,
): string {
  const { code, message } = reason;
  const facts = schedulerFacts(reason);
  if (facts && isSchedulerCode(code)) {
    const { missing, ahead } = facts;
    return [t(code, { missing }), holdersText(facts, t, locale), placeText(code, ahead, t)].join('');
  }
  if (code === 'node_unhealthy') return t(code);
  const { indexes, devices } = reason;
  if (code === 'device_unhealthy' && Array.isArray(indexes) && typeof devices === 'number')
    return t(code, { unhealthy: indexes.length, devices });
  if (locale === 'en' || !isErrorCode(code)) return message;
  return t('detail', { title: errors[code].title, message });
}

const schedulerCodes = ['waiting_for_devices', 'nodes_unavailable', 'no_node_large_enough', 'not_enough_devices'] as const;

function isSchedulerCode(code: string): code is (typeof schedulerCodes)[number] {
  return (schedulerCodes as readonly string[]).includes(code);
}

/** Its place in the line. One that the cluster is too small for is next to nothing. */
function placeText(code: (typeof schedulerCodes)[number], ahead: number, t: ReturnType<typeof useTranslations<'reasons'>>): string {
  if (ahead > 0) return t('ahead', { count: ahead });
  return code === 'waiting_for_devices' || code === 'nodes_unavailable' ? t('next') : '';
}

/** Of a few jobs each by its id, of many how many there are. */
function holdersText(
  { holders, named }: SchedulerFacts,
  t: ReturnType<typeof useTranslations<'reasons'>>,
  locale: Words['locale'],
): string {
  if (holders === 0) return '';
  if (named.length < holders) return t('heldBy', { count: holders });
  return t('heldByNamed', { count: holders, jobs: new Intl.ListFormat(locale).format(named) });
}

interface SchedulerFacts {
  missing: number;
  holders: number;
  /** Ids of the holders, the first few of many. */
  named: string[];
  ahead: number;
}

/** What the scheduler knows; undefined where a reason of the same code comes from elsewhere. */
function schedulerFacts({ missing, heldBy, heldByCount, ahead }: Reason): SchedulerFacts | undefined {
  const count = (ahead as { count?: unknown } | undefined)?.count;
  if (typeof missing !== 'number' || typeof heldByCount !== 'number' || typeof count !== 'number') return undefined;
  const named = Array.isArray(heldBy) ? heldBy.map(String) : [];
  return { missing, holders: heldByCount, named, ahead: count };
}
