import type { About } from '../core/about';

/** The paragraphs of an About text as an element; its title belongs to the dialog around it. */
export function renderAbout({ paragraphs }: About): HTMLElement {
  const body = document.createElement('div');
  body.className = 'xyzpy-About';
  for (const text of paragraphs) {
    const paragraph = document.createElement('p');
    paragraph.textContent = text;
    body.append(paragraph);
  }
  return body;
}

/** Some code as an element, which a reader may select. */
export function renderCode(code: string): HTMLElement {
  const body = document.createElement('pre');
  body.className = 'xyzpy-CodeText';
  body.tabIndex = 0;
  body.textContent = code;
  return body;
}
