import { useEffect, type ReactNode } from 'react';

const product = 'Massif';

/** Names the window after what it shows. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${product}`;
  }, [title]);
}

/** The frame of every page: its title, its width, and the distance between its parts. */
export function Page({ title, children }: { title: string; children: ReactNode }) {
  useTitle(title);
  return <div className="mx-auto flex w-full max-w-[1600px] min-w-0 flex-col gap-5 px-4 py-5 lg:px-6">{children}</div>;
}
