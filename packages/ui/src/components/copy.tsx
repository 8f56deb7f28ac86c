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

type CopyTextProps = {
  text: string;
  label?: string;
  /** Which part is left out where there is no room for all: of paths the start, which they have in common. */
  cut?: 'start' | 'end';
  className?: string;
};

/** An id, a code or a path that can be copied. */
export function CopyText({ text, label, cut = 'end', className }: CopyTextProps) {
  return (
    <span className={cx('inline-flex max-w-full items-center gap-0.5', className)}>
      {/* Text that runs from the right is cut on its left; what is isolated in it still runs from the left. */}
      <span dir={cut === 'start' ? 'rtl' : undefined} className="truncate text-left font-mono text-xs" title={text}>
        {cut === 'start' ? <bdi dir="ltr">{text}</bdi> : text}
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
