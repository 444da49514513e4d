import type { Notice } from '../core/kernels';
import { trans } from '../core/trans';

/** A button below a notice, and what it does. */
export interface Action {
  readonly label: string;
  readonly act: () => void;
}

/** A page that says what is in the way, and what to do, above all the first of some actions. */
export function renderNotice(
  { heading, paragraphs, command, details }: Notice,
  actions: readonly Action[],
): HTMLElement {
  const page = element('section', 'xyzpy-Notice');
  page.setAttribute('role', 'alert');
  page.append(element('h2', '', heading), ...paragraphs.map((text) => element('p', '', text)));
  if (command !== undefined) page.append(element('pre', 'xyzpy-Notice-command', command));
  if (details !== undefined) {
    const more = element('details', '');
    more.append(element('summary', '', trans.__('Traceback')), element('pre', '', details));
    page.append(more);
  }
  const buttons = actions.map(({ label, act }, place) => {
    const button = element('button', `jp-mod-styled ${place === 0 ? 'jp-mod-accept' : 'jp-mod-reject'}`, label);
    button.addEventListener('click', act);
    return button;
  });
  page.append(...buttons);
  return page;
}

/** A page that says what is waited for. */
export function renderWaiting(said: string): HTMLElement {
  const page = element('div', 'xyzpy-Waiting', said);
  page.setAttribute('role', 'status');
  return page;
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  text = '',
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
