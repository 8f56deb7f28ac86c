/** The ground of everything that floats. */
export const popupClass =
  'rounded-lg bg-raised text-text shadow-pop outline-none transition-[opacity,scale] origin-(--transform-origin) data-starting-style:scale-98 data-starting-style:opacity-0 data-ending-style:opacity-0';

/** A line of a menu, a select or a combobox. */
export const itemClass =
  'flex min-h-7 cursor-default items-center gap-2 rounded px-2 py-1 text-sm outline-none select-none data-highlighted:bg-hover data-disabled:opacity-50';
