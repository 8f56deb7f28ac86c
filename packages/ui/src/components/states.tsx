import { AlertTriangle, CloudOff, Info, XCircle, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { toneClass } from './badge.tsx';
import { CommandLine, CopyText } from './copy.tsx';
import { cx } from './cx.ts';
import { InlineCode } from './inline-code.tsx';
import { useUi } from './provider.tsx';

type EmptyStateProps = {
  icon?: LucideIcon;
  title: ReactNode;
  text?: ReactNode;
  /** The next step. */
  action?: ReactNode;
  /** The same step in a terminal. */
  command?: string;
};

/** Nothing is there yet, and what to do about it. */
export function EmptyState({ icon: Icon, title, text, action, command }: EmptyStateProps) {
  return (
    <div className="mx-auto flex w-full max-w-lg flex-col items-center gap-3 px-4 py-10 text-center">
      {Icon && <Icon aria-hidden strokeWidth={1.5} className="size-7 text-text-3" />}
      <div>
        <p className="font-medium">{title}</p>
        {text !== undefined && <p className="mt-1 text-sm text-balance text-text-2">{text}</p>}
      </div>
      {action}
      {command !== undefined && (
        <div className="w-full">
          <CommandLine command={command} />
        </div>
      )}
    </div>
  );
}

/** Code in texts stands between backticks. */
type ErrorStateProps = {
  /** What happened. */
  title: ReactNode;
  /** The same in its particulars. */
  detail?: string;
  /** What it means for the reader's work. */
  meaning?: string;
  whatToDo?: string;
  code?: string;
  requestId?: string;
  /** Retry, or the way out. */
  action?: ReactNode;
  /** Beside other things that still work. */
  compact?: boolean;
};

export function ErrorState({ title, detail, meaning, whatToDo, code, requestId, action, compact = false }: ErrorStateProps) {
  const { words } = useUi();
  return (
    <div role="alert" className={cx('flex w-full items-start gap-3', compact ? 'p-3' : 'mx-auto max-w-2xl px-4 py-8')}>
      <XCircle aria-hidden className="mt-0.5 size-4 shrink-0 text-failed" />
      <div className="flex min-w-0 flex-1 flex-col gap-1 text-sm">
        <p className="font-medium">{title}</p>
        {detail !== undefined && (
          <p className="text-text-2">
            <InlineCode>{detail}</InlineCode>
          </p>
        )}
        {meaning !== undefined && (
          <p className="text-text-2">
            <InlineCode>{meaning}</InlineCode>
          </p>
        )}
        {whatToDo !== undefined && (
          <p className="text-text-2">
            <InlineCode>{whatToDo}</InlineCode>
          </p>
        )}
        {(code !== undefined || requestId !== undefined) && (
          <dl className="mt-1 flex flex-wrap gap-x-4 text-xs text-text-3">
            {code !== undefined && <Fact name={words.code} text={code} />}
            {requestId !== undefined && <Fact name={words.requestId} text={requestId} />}
          </dl>
        )}
        {action !== undefined && <div className="mt-2 flex flex-wrap gap-2">{action}</div>}
      </div>
    </div>
  );
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div className="flex min-h-6 min-w-0 items-center gap-1">
      <dt>{name}</dt>
      <dd className="min-w-0 text-text-2">
        <CopyText text={text} />
      </dd>
    </div>
  );
}

const bannerIcons = { info: Info, warning: AlertTriangle, danger: XCircle, offline: CloudOff };
const bannerTones = { info: toneClass.accent, warning: toneClass.warning, danger: toneClass.danger, offline: toneClass.warning };

type BannerProps = {
  tone?: keyof typeof bannerIcons;
  children: ReactNode;
  action?: ReactNode;
};

/** Across the top of what it is about: the stream is lost, the demo is on. Announced when it appears. */
export function Banner({ tone = 'info', children, action }: BannerProps) {
  const Icon = bannerIcons[tone];
  return (
    <output className={cx('flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 rounded-md px-3 py-1.5 text-sm', bannerTones[tone])}>
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 flex-1 basis-48">{children}</span>
      {action}
    </output>
  );
}
