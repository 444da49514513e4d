/** The primary button of a panel, which any widget of the panel may call for, in whichever tree of the page it is. */

const CALL = 'xyzpy:primary';

interface CallDetail {
  /** The name of the panel; without one, the widget that calls. */
  readonly whose: string | HTMLElement;
  readonly step: 'press' | 'show';
}

function call(root: HTMLElement, step: CallDetail['step']): void {
  const { panel = '' } = root.dataset;
  const detail: CallDetail = { whose: panel === '' ? root : panel, step };
  window.dispatchEvent(new CustomEvent(CALL, { cancelable: true, detail }));
}

/** Press the primary button of the panel that a widget belongs to. */
export function pressPrimary(root: HTMLElement): void {
  call(root, 'press');
}

/** Bring it into sight instead, with the focus on it. */
export function showPrimary(root: HTMLElement): void {
  call(root, 'show');
}

/** Answer such calls with the primary button of a widget, if it has one; of several views the first one answers. */
export function offerPrimary(root: HTMLElement, signal: AbortSignal): void {
  const called = (event: Event): void => {
    const { whose, step } = (event as CustomEvent<CallDetail>).detail;
    const button = root.querySelector<HTMLElement>('.xyzpy-primary');
    if (!button || event.defaultPrevented || !(whose === root || whose === root.dataset.panel)) return;
    event.preventDefault();
    if (step === 'press') button.click();
    else {
      root.scrollIntoView({ block: 'nearest' });
      button.focus();
    }
  };
  window.addEventListener(CALL, called, { signal });
}
