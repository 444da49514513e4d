import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

import { onTheme } from './theme';

/** The width of an element as it changes, in pixels of the page. */
export function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const measure = (): void => {
      setWidth(current.clientWidth);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    measure();
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return width;
}

/** A number that changes with the theme of the page. */
export function useTheme(): number {
  const [version, setVersion] = useState(0);
  useEffect(
    () =>
      onTheme(() => {
        setVersion((before) => before + 1);
      }),
    [],
  );
  return version;
}
