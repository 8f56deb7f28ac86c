import { useEffect, useState, type RefObject } from 'react';

interface Edges {
  /** Whether something is beyond the left or upper edge. */
  start: boolean;
  /** Whether something is beyond the right or lower edge. */
  end: boolean;
}

/**
 * Beyond which edges of what scrolls there is more, for it to fade out there. `look` is for its `onScroll`.
 * @param scroller drawn for as long as the component that calls this
 */
export function useEdges(scroller: RefObject<HTMLElement | null>, axis: 'x' | 'y'): Edges & { look: () => void } {
  const [edges, setEdges] = useState<Edges>({ start: false, end: false });
  const look = () => {
    if (!scroller.current) return;
    const { scrollLeft, clientWidth, scrollWidth, scrollTop, clientHeight, scrollHeight } = scroller.current;
    const [at, shown, all] = axis === 'x' ? [scrollLeft, clientWidth, scrollWidth] : [scrollTop, clientHeight, scrollHeight];
    const next = { start: at > 1, end: at + shown < all - 1 };
    setEdges((before) => (before.start === next.start && before.end === next.end ? before : next));
  };
  // What is in it may have changed with anything that is drawn.
  useEffect(look);
  useEffect(() => {
    const observer = new ResizeObserver(look);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
    // oxlint-disable-next-line react/exhaustive-deps -- it reads the element as it is then
  }, [scroller, axis]);
  return { ...edges, look };
}
