import { useEffect, useRef, useState } from 'preact/hooks';

import { insertCell, insertsCells } from '../host';
import { tell } from '../sync';
import type { PanelProps } from './mount';

/** Whether an element can be seen: it is within the window, and the page is not hidden behind others. */
export function useSeen(root: HTMLElement): boolean {
  const [within, setWithin] = useState(false);
  const [shown, setShown] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      setWithin(entries.at(-1)?.isIntersecting ?? false);
    });
    const look = (): void => {
      setShown(document.visibilityState === 'visible');
    };
    observer.observe(root);
    document.addEventListener('visibilitychange', look);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', look);
    };
  }, [root]);
  return within && shown;
}

/** Tell the kernel whether this view is seen: it sends nothing to a widget that no view shows. */
export function useWatch<Traits extends object>({ model, root, signal }: PanelProps<Traits>): boolean {
  const seen = useSeen(root);
  const view = useRef(String(Math.random()).slice(2));
  useEffect(() => {
    tell(model, { kind: 'watch', view: view.current, seen });
  }, [model, seen]);
  useEffect(() => {
    const leave = (): void => {
      tell(model, { kind: 'watch', view: view.current, seen: false });
    };
    window.addEventListener('pagehide', leave, { signal });
    signal.addEventListener('abort', leave);
  }, [model, signal]);
  return seen;
}

/** What inserts a cell below the widget; null until the widget is seen, and where no application does it. */
export function useInsert(root: HTMLElement): ((code: string) => void) | null {
  const seen = useSeen(root);
  const [there, setThere] = useState(false);
  useEffect(() => {
    if (seen && !there) setThere(insertsCells(root));
  }, [seen, root, there]);
  return there ? (code) => void insertCell(root, code) : null;
}

/** Whether the kernel of a widget is known to be gone: the widget manager marks the views that it disconnects. */
export function useDisconnected(root: HTMLElement): boolean {
  const [gone, setGone] = useState(false);
  useEffect(() => {
    const look = (): void => {
      setGone(root.closest('.jupyter-widgets-disconnected') !== null);
    };
    const observer = new MutationObserver(look);
    const view = root.parentElement;
    if (view) observer.observe(view, { attributes: true, attributeFilter: ['class'] });
    look();
    return () => {
      observer.disconnect();
    };
  }, [root]);
  return gone;
}

/** The seconds without word from the kernel after which a run that is under way counts as silent. */
export const SILENCE = 15;

/** Whether word is overdue; `word` is a value that is new with each word, and nothing is expected unless `due`. */
export function useSilence(word: unknown, due: boolean): boolean {
  const [silent, setSilent] = useState(false);
  useEffect(() => {
    setSilent(false);
    if (!due) return;
    const timer = setTimeout(setSilent, SILENCE * 1000, true);
    return () => {
      clearTimeout(timer);
    };
  }, [word, due]);
  return silent && due;
}
