import { describe, expect, test } from 'vitest';

import { DEFAULTS, HOST_EVENTS } from '../../src/protocol';
import { ANSWERS, FAILED, GROUPS } from './fixtures';
import { button, serve, show, soon } from './page';

const SOME = { ...DEFAULTS.Failures, groups: GROUPS };

describe('the failures', () => {
  test('are grouped by what was raised and where', async () => {
    const { view } = await show('Failures', SOME);
    expect(view.textContent).toContain('6 cases in 2 groups');
    const groups = [...view.querySelectorAll('section[aria-label]')].map((group) => group.getAttribute('aria-label'));
    expect(groups).toEqual([
      'ZeroDivisionError, energy(), ising.py line 31',
      'MemoryError, neighbours(), ising.py line 12',
    ]);
  });

  test('are retried by group or all at once, but not while a run is under way', async () => {
    const { model, view } = await show('Failures', SOME);
    button(view, 'Retry these 5').click();
    button(view, 'Retry it').click();
    button(view, 'Retry all 6').click();
    const expected = ['g1', 'g2', ''].map((group) => ({ kind: 'retry', group }));
    expect(model.sent).toEqual(expected);
    model.set('busy', true);
    await soon(() => {
      expect(button(view, 'Retry all').getAttribute('aria-disabled')).toBe('true');
    });
    button(view, 'Retry all').click();
    expect(model.sent).toEqual(expected);
  });

  test('show the traceback and the output of a case, and the code where no application inserts it', async () => {
    const { view } = await show('Failures', SOME);
    button(view, 'T = 0.5, L = 16').click();
    await soon(() => {
      expect(view.textContent).toContain('ZeroDivisionError: float division by zero');
    });
    expect(view.textContent).toContain('thermalising …');
    expect(view.textContent).toContain(FAILED.code);
    expect(() => button(view, 'Reproduce')).toThrow();
  });

  test('are reproduced in a new cell where an application inserts one', async () => {
    serve(document.body, HOST_EVENTS.probe);
    const codes = serve(document.body, HOST_EVENTS.insertCell);
    const { view } = await show('Failures', SOME);
    button(view, 'T = 0.5, L = 16').click();
    await soon(() => {
      button(view, 'Reproduce in a new cell').click();
    });
    expect(codes).toEqual([{ code: FAILED.code }]);
  });

  test('are brought as far as they are asked for', async () => {
    const { model, view } = await show('Failures', SOME, ANSWERS);
    button(view, 'Show more of the 5').click();
    expect(model.sent).toMatchObject([{ request: { kind: 'failures', group: 'g1', offset: 3 } }]);
    await soon(() => {
      expect(view.querySelectorAll('section:first-of-type li').length).toBe(4);
    });
  });

  test('say why no more of them can be had', async () => {
    const { view } = await show('Failures', SOME, { failures: new Error('No such group.') });
    button(view, 'Show more of the 5').click();
    await soon(() => {
      expect(view.textContent).toContain('No such group.');
    });
  });

  test('hold the run until it is decided how it goes on', async () => {
    const { model, view } = await show('Failures', { ...SOME, held: '5 cases failed in one way.', busy: true });
    expect(view.textContent).toContain('5 cases failed in one way. Nothing new is started.');
    button(view, 'Continue anyway').click();
    button(view, 'Stop').click();
    expect(model.sent).toEqual([{ kind: 'continue' }, { kind: 'control', word: 'stop' }]);
  });
});
