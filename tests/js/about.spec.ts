import { expect, test } from 'vitest';

import manifest from '../../package.json';
import { renderAbout } from '../../src/components/about';
import { aboutText } from '../../src/core/about';

test('the title names the version that package.json names', () => {
  expect(aboutText(manifest).title).toBe(`xyzpy_widgets ${manifest.version}`);
});

test('the text holds the description, the first line to type and the licence', () => {
  const text = aboutText({ version: '9.8.7', license: 'BSD-3-Clause' }).paragraphs.join('\n');
  expect(text).toContain(manifest.description);
  expect(text).toContain('import xyzpy_widgets as xyz');
  expect(text).toContain('BSD-3-Clause');
});

test('each paragraph becomes one element, and markup in it stays text', () => {
  const body = renderAbout({ title: 'unused here', paragraphs: ['one', '<b>two</b>'] });
  expect(Array.from(body.querySelectorAll('p'), (p) => p.textContent)).toEqual(['one', '<b>two</b>']);
});
