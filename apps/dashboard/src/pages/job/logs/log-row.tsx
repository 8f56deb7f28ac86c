import type { LogLine } from '@massif/contracts';
import { cx } from '@massif/ui';
import { Fragment } from 'react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../../i18n/format.ts';
import { ansiSpans, type Span } from './ansi.ts';

/** By the numbers of terminals; black and white are the text itself, which must be readable in both themes. */
const colors: Record<number, string> = {
  1: 'text-failed',
  2: 'text-succeeded',
  3: 'text-recovering',
  4: 'text-accent',
  5: 'text-(--series-4)',
  6: 'text-(--series-3)',
};

/** To the millisecond, in the reader's time zone; these digits are the same in both languages. */
const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});

/** A line of a log: when, who, what. */
export function LogRow({ line, find, withAttempt }: { line: LogLine; find: string | undefined; withAttempt: boolean }) {
  const t = useTranslations('job.logs');
  const format = useFormat();
  const [who, short] =
    line.rank < 0 ? [t('supervisor'), t('supervisorShort')] : [t('rankNumber', { rank: line.rank }), t('rankShort', { rank: line.rank })];
  const [seconds, thousandths] = clock.format(new Date(line.time)).split('.');
  return (
    <span className={cx('flex gap-3 px-3 whitespace-pre max-sm:gap-2 max-sm:px-2', line.stream === 'stderr' && 'bg-failed-soft/50')}>
      <time dateTime={line.time} title={format.time(line.time)} className="text-text-3">
        {seconds}
        <span className="max-sm:hidden">.{thousandths}</span>
      </time>
      <span className={cx('w-20 shrink-0 truncate max-sm:w-9', line.rank < 0 ? 'text-text-3' : 'text-text-2')}>
        <span className="max-sm:hidden">{who}</span>
        <span className="sm:hidden" title={who}>
          {short}
        </span>
      </span>
      {withAttempt && <span className="text-text-3">#{line.attempt}</span>}
      <span>
        {ansiSpans(line.line).map((span, index) => (
          <Piece key={index} span={span} find={find} />
        ))}
      </span>
    </span>
  );
}

function Piece({ span: { text, color, bold }, find }: { span: Span; find: string | undefined }) {
  return (
    <span className={cx(color !== undefined && colors[color], bold && 'font-semibold')}>
      {find === undefined
        ? text
        : partsOf(text, find).map((part, index) =>
            index % 2 === 1 ? (
              <mark key={index} className="bg-recovering-soft text-recovering">
                {part}
              </mark>
            ) : (
              <Fragment key={index}>{part}</Fragment>
            ),
          )}
    </span>
  );
}

/** A text cut at what is looked for: every second part is that. */
function partsOf(text: string, find: string): string[] {
  const parts: string[] = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(find.toLowerCase()); at >= 0; at = lower.indexOf(find.toLowerCase(), from)) {
    parts.push(text.slice(from, at), text.slice(at, at + find.length));
    from = at + find.length;
  }
  return [...parts, text.slice(from)];
}
