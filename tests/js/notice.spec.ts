import { expect, test, vi } from 'vitest';

import { renderNotice } from '../../src/components/notice';

test('a notice says what is in the way and what mends it, and markup in it stays text', () => {
  const notice = { heading: '<b>No</b>', paragraphs: ['one', 'two'], command: 'pip install', details: 'line 1' };
  const page = renderNotice(notice, []);
  expect(page.getAttribute('role')).toBe('alert');
  expect(page.querySelector('h2')?.textContent).toBe('<b>No</b>');
  expect(Array.from(page.querySelectorAll('p'), (one) => one.textContent)).toEqual(['one', 'two']);
  expect(Array.from(page.querySelectorAll('pre'), (one) => one.textContent)).toEqual(['pip install', 'line 1']);
});

test('each action has a button that does it, and the first stands out', () => {
  const [again, other] = [vi.fn(), vi.fn()];
  const actions = [
    { label: 'Try again', act: again },
    { label: 'Use another', act: other },
  ];
  const buttons = renderNotice({ heading: 'No', paragraphs: [] }, actions).querySelectorAll('button');
  expect(Array.from(buttons, (one) => one.classList.contains('jp-mod-accept'))).toEqual([true, false]);
  buttons[1]?.click();
  expect([again.mock.calls.length, other.mock.calls.length]).toEqual([0, 1]);
});
