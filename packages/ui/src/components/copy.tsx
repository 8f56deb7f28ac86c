import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';
import { useUi } from './provider.tsx';

/** Copies text, and says for two seconds that it did. Without a clipboard (plain HTTP), it falls back on a selection. */
function useCopy(): { copied: boolean; copy: (text: string) => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return {
    copied,
    copy: (text) => {
      copyText(text).then(setCopied, () => setCopied(false));
    },
  };
}

async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const area = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

type CopyButtonProps = {
  text: string;
  /** What is copied, in place of the common word. */
  label?: string;
  size?: 'sm' | 'md';
};

export function CopyButton({ text, label, size = 'sm' }: CopyButtonProps) {
  const { words } = useUi();
  const { copied, copy } = useCopy();
  return (
    <>
      <IconButton
        icon={copied ? Check : Copy}
        label={copied ? words.copied : (label ?? words.copy)}
        size={size}
        onClick={() => copy(text)}
        className={copied ? 'text-succeeded!' : undefined}
      />
      <output className="sr-only">{copied ? words.copied : ''}</output>
    </>
  );
}

/** An id, a code or a path that can be copied. */
export function CopyText({ text, label, className }: { text: string; label?: string; className?: string }) {
  return (
    <span className={cx('inline-flex max-w-full items-center gap-0.5', className)}>
      <span className="truncate font-mono text-xs" title={text}>
        {text}
      </span>
      <CopyButton text={text} label={label} />
    </span>
  );
}

/** A command to run in a terminal. */
export function CommandLine({ command, prompt = '$' }: { command: string; prompt?: string | null }) {
  return (
    <div className="flex min-w-0 items-start gap-2 rounded-md border border-line bg-sunken py-1 pr-1 pl-3 text-left">
      <pre className="min-w-0 flex-1 py-0.5 font-mono text-xs leading-5 break-words whitespace-pre-wrap text-text">
        {prompt !== null && (
          <span aria-hidden className="mr-2 text-text-3 select-none">
            {prompt}
          </span>
        )}
        <code>{command}</code>
      </pre>
      <CopyButton text={command} />
    </div>
  );
}
