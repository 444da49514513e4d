/** Where the keyboard goes when what it was on is taken away. */

const CONTROLS = ['button', 'select', 'input', 'textarea', 'summary', 'canvas', '[tabindex="0"]'].join();

/** What has the focus, and the controls around it, for as long as it stands there. */
interface Held {
  readonly element: HTMLElement;
  order: readonly HTMLElement[];
}

function controlsOf(root: HTMLElement): readonly HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(CONTROLS)].filter((element) => !element.closest('[hidden]'));
}

/**
 * The control that takes over from one that is gone: the one that stands in its place now; from one that went with a whole
 * part, such as a question that was answered, the one before that part. Null where none is left.
 */
function heirOf({ element, order }: Held, alone: boolean, left: readonly HTMLElement[]): HTMLElement | null {
  const before = order.slice(0, order.indexOf(element)).reverse();
  const place = left.indexOf(before.find((one) => left.includes(one)) ?? element);
  return left[alone ? place + 1 : place] ?? left.at(alone ? -1 : 0) ?? null;
}

/**
 * Keep the focus within a widget: a button that goes away because it was pressed hands it to what stands in its place, so
 * that who works with keys alone is not sent back to the beginning of the page.
 */
export function keepFocus(root: HTMLElement, signal: AbortSignal): void {
  let held: Held | null = null;
  root.tabIndex = -1;
  const take = (event: FocusEvent): void => {
    held = event.target instanceof HTMLElement ? { element: event.target, order: controlsOf(root) } : null;
  };
  const drop = (): void => {
    // what is taken away or moved is seen to before this; what was left for something else is let go
    setTimeout(() => {
      if (document.activeElement !== held?.element) held = null;
    });
  };
  const look = (records: readonly MutationRecord[]): void => {
    if (!held) return;
    const { element } = held;
    const left = controlsOf(root);
    const taken = records.flatMap(({ removedNodes }) => [...removedNodes]).find((node) => node.contains(element));
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (taken && lost) {
      const heir = element.isConnected ? element : heirOf(held, taken === element, left);
      (heir ?? root).focus({ preventScroll: true });
    } else held.order = left;
  };
  root.addEventListener('focusin', take, { signal });
  root.addEventListener('focusout', drop, { signal });
  const observer = new MutationObserver(look);
  observer.observe(root, { childList: true, subtree: true });
  signal.addEventListener('abort', () => {
    observer.disconnect();
  });
}
