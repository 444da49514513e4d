import { describe, expect, test } from 'vitest';

import { sizeQuestion } from '../../src/core/plan';
import { DEFAULTS, HOST_EVENTS, type PlanCardTraits } from '../../src/protocol';
import { ANSWERS, GALLERY, PLAN, WISHES } from './fixtures';
import { button, field, press, rootOf, serve, show, soon, type } from './page';

function traitsOf(name: string): PlanCardTraits {
  const shown = GALLERY.find((one) => one.name === name);
  if (shown?.widget !== 'PlanCard') throw new Error(name);
  return shown.traits;
}

const PLANNED = traitsOf('plan-planned');
const RUN = { kind: 'run', plan: 'plan-1' };

describe('the plan card', () => {
  test('runs the plan that it shows, and says so before', async () => {
    const { model, view } = await show('PlanCard', PLANNED);
    button(view, 'Run 50 new cases · about 6 min').click();
    expect(model.sent).toEqual([RUN]);
  });

  test('asks before it runs more cases, or longer, than the reader wants to by one click', async () => {
    const { model, view } = await show('PlanCard', { ...PLANNED, ask: { cases: 49, seconds: null } });
    button(view, 'Run 50 new cases · about 6 min').click();
    await soon(() => {
      expect(view.textContent).toContain('Run 50 new cases? It may take');
    });
    expect(model.sent).toEqual([]);
    button(view, 'Not now').click();
    await soon(() => {
      expect(view.textContent).not.toContain('It may take');
    });
    button(view, 'Run 50 new cases · about 6 min').click();
    await soon(() => {
      button(view, 'Run them').click();
    });
    expect(model.sent).toEqual([RUN]);
  });

  test.each([
    [{ cases: 50, seconds: null }, false],
    [{ cases: null, seconds: 60 }, true],
    [{ cases: null, seconds: 1e6 }, false],
  ])('the limits %o are kept', (limits, asks) => {
    expect(sizeQuestion(PLAN, ['new'], limits) !== '').toBe(asks);
  });

  test.each(['plan-empty', 'plan-complete', 'plan-invalid', 'plan-busy'])(
    'runs nothing in the state %s, and says why',
    async (name) => {
      const { model, view } = await show('PlanCard', traitsOf(name));
      const run = button(view, 'Run');
      run.click();
      expect(model.sent).toEqual([]);
      expect(run.getAttribute('aria-disabled')).toBe('true');
      expect(document.getElementById(run.getAttribute('aria-describedby') ?? '')?.textContent).not.toBe('');
    },
  );

  test('runs by Ctrl+Enter from any widget of its panel, and from no other', async () => {
    const { model } = await show('PlanCard', PLANNED);
    const editor = { ...DEFAULTS.SpaceEditor, panel: 'p', sampled: true, arguments: [] };
    const near = await show('SpaceEditor', editor);
    const far = await show('SpaceEditor', { ...editor, panel: 'another' });
    press(rootOf(far.view), 'Enter', { ctrlKey: true });
    press(rootOf(near.view), 'Enter');
    expect(model.sent).toEqual([]);
    press(rootOf(near.view), 'Enter', { ctrlKey: true });
    expect(model.sent).toEqual([RUN]);
  });

  test('runs by that key once, though it is shown twice, and from within a tree of its own', async () => {
    const [first, second] = [await show('PlanCard', PLANNED), await show('PlanCard', PLANNED)];
    const apart = document.createElement('div');
    document.body.append(apart);
    apart.attachShadow({ mode: 'open' }).append(first.view);
    press(rootOf(second.view), 'Enter', { ctrlKey: true });
    expect([first.model.sent, second.model.sent]).toEqual([[RUN], []]);
    apart.remove();
  });

  test('is dark with its page, which a style sheet in a tree of its own does not see', async () => {
    const { view } = await show('PlanCard', PLANNED);
    expect(rootOf(view).hasAttribute('data-dark')).toBe(false);
    document.body.dataset.theme = 'dark';
    await soon(() => {
      expect(rootOf(view).hasAttribute('data-dark')).toBe(true);
    });
    delete document.body.dataset.theme;
  });

  test('offers nothing to choose of cases that are not stored one by one', async () => {
    const { model, view } = await show('PlanCard', traitsOf('plan-sampler'));
    expect(view.querySelector('[role=radiogroup]')).toBeNull();
    expect(view.textContent).not.toMatch(/stored|failed|new/);
    button(view, 'Run 1,000 cases · about 6 min').click();
    expect(model.sent).toEqual([RUN]);
  });

  test('does not run a plan that was made for other wishes', async () => {
    const { model, view } = await show('PlanCard', PLANNED);
    field(view, 'All again').click();
    expect(model.get('wishes')).toEqual({ ...WISHES, choice: 'all' });
    await soon(() => {
      expect(view.textContent).toContain('Working out the plan …');
    });
    button(view, 'Run').click();
    expect(model.sent).toEqual([]);
  });

  test('passes the backend and the workers on', async () => {
    const { model, view } = await show('PlanCard', PLANNED);
    type(field(view, 'Workers'), '3');
    expect(model.get('wishes').workers).toBe(3);
    type(field(view, 'Workers'), '');
    expect(model.get('wishes').workers).toBeNull();
    type(field(view, 'Run in'), 'threads');
    expect(model.get('wishes').backend).toBe('threads');
  });

  test('lists the cases behind a count, and brings more of them', async () => {
    const { model, view } = await show('PlanCard', PLANNED, ANSWERS);
    button(view, '50 new').click();
    await soon(() => {
      expect(view.querySelectorAll('tbody tr').length).toBe(30);
    });
    expect(model.sent).toMatchObject([{ kind: 'ask', request: { kind: 'cases', of: 'new', offset: 0 } }]);
    button(view, 'Show more').click();
    await soon(() => {
      expect(view.querySelectorAll('tbody tr').length).toBe(60);
    });
    expect(model.sent).toMatchObject([{}, { request: { offset: 30 } }]);
    button(view, '50 new').click();
    await soon(() => {
      expect(view.querySelector('table')).toBeNull();
    });
  });

  test('says why a list cannot be had', async () => {
    const { view } = await show('PlanCard', PLANNED, { cases: new Error('The file is gone.') });
    button(view, '93').click();
    await soon(() => {
      expect(view.textContent).toContain('The file is gone.');
    });
  });

  test('offers to try one case where the time is unknown', async () => {
    const { model, view } = await show('PlanCard', traitsOf('plan-unknown'));
    button(view, 'Try one case').click();
    expect(model.sent).toEqual([{ kind: 'try_one' }]);
    model.set('trial', { state: 'running', said: '' });
    await soon(() => button(view, 'Trying one case …'));
    model.set('plan', { ...PLAN, id: 'plan-2' });
    await soon(() => {
      expect(view.textContent).toContain('about 6 min');
    });
  });

  test('shows the code, and inserts it only where an application does', async () => {
    const { view } = await show('PlanCard', PLANNED);
    button(view, 'Show the code').click();
    await soon(() => {
      expect(view.textContent).toContain('%xyz run harvester');
    });
    expect(() => button(view, 'Insert as a cell')).toThrow();

    const served = document.createElement('div');
    document.body.append(served);
    serve(document.body, HOST_EVENTS.probe);
    const codes = serve(document.body, HOST_EVENTS.insertCell);
    const other = await show('PlanCard', PLANNED);
    button(other.view, 'Show the code').click();
    await soon(() => {
      button(other.view, 'Insert as a cell').click();
    });
    expect(codes).toEqual([{ code: PLANNED.code.python }]);
  });
});
