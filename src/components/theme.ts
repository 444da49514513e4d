/** Whether the page is light or dark. */

/** How JupyterLab, VS Code, Sphinx, Colab and marimo say that a page is dark. */
const DARK = [
  'body[data-jp-theme-light="false"]',
  'body[data-theme="dark"]',
  'body.vscode-dark',
  'body.vscode-high-contrast',
  'html[data-theme="dark"]',
  'html[theme="dark"]',
  'html.dark',
].join();

const SAID_BY = ['class', 'data-jp-theme-light', 'data-jp-theme-name', 'data-theme', 'theme'];

/** Call `act` whenever the page may have become light or dark; returns what ends it. */
export function onTheme(act: () => void): () => void {
  const observer = new MutationObserver(act);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributeFilter: SAID_BY });
  }
  return () => {
    observer.disconnect();
  };
}

/** Mark an element as dark while the page is: a style sheet within a shadow tree cannot see the page by itself. */
export function wearTheme(element: HTMLElement, signal: AbortSignal): void {
  const look = (): void => {
    element.toggleAttribute('data-dark', document.querySelector(DARK) !== null);
  };
  signal.addEventListener('abort', onTheme(look));
  look();
}
