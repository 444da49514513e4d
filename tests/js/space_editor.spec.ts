import { describe, expect, test } from 'vitest';

import { DEFAULTS, type SpaceEditorTraits } from '../../src/protocol';
import { GALLERY, ROW } from './fixtures';
import { button, field, press, show, soon, type } from './page';

function traitsOf(name: string): SpaceEditorTraits {
  const shown = GALLERY.find((one) => one.name === name);
  if (shown?.widget !== 'SpaceEditor') throw new Error(name);
  return shown.traits;
}

const PLANNED = traitsOf('editor-planned');

describe('the space editor', () => {
  test('tells the kernel of every change at once, with a new revision', async () => {
    const { model, view } = await show('SpaceEditor', PLANNED);
    type(field(view, 'To'), '8');
    expect(model.get('rows')[0]).toEqual({ ...ROW, stop: '8' });
    expect([model.get('revision'), model.saved]).toEqual([1, 1]);
    type(field(view, 'Number'), '4');
    expect(model.get('rows')[0]).toEqual({ ...ROW, stop: '8', num: '4' });
    await soon(() => {
      expect(view.textContent).toContain('4 × 4 = 16 cases');
    });
  });

  test('says beside the field what is wrong while it is typed', async () => {
    const { view } = await show('SpaceEditor', PLANNED);
    type(field(view, 'From'), 'cold');
    await soon(() => {
      expect(field(view, 'From').getAttribute('aria-invalid')).toBe('true');
    });
    const told = field(view, 'From').getAttribute('aria-describedby') ?? '';
    expect(document.getElementById(told)?.textContent).toBe('“cold” is not a number.');
    expect(field(view, 'To').getAttribute('aria-invalid')).toBe('false');
  });

  test('blames what is wrong before what is empty', async () => {
    const { view } = await show('SpaceEditor', { ...PLANNED, rows: [{ ...ROW, start: 'cold', stop: '' }] });
    const marked = (label: string): string | null => field(view, label).getAttribute('aria-invalid');
    expect([marked('From'), marked('To')]).toEqual(['true', 'false']);
    type(field(view, 'From'), '1');
    await soon(() => {
      expect([marked('From'), marked('To')]).toEqual(['false', 'true']);
    });
  });

  test('believes the kernel before itself', async () => {
    const { model, view } = await show('SpaceEditor', PLANNED);
    const verdict = DEFAULTS.SpaceEditor.verdict;
    model.set('verdict', {
      ...verdict,
      revision: 0,
      rows: { T: { ...verdict.cases, problem: 'T must stay below 2.' } },
      problem: 'Too many cases.',
    });
    await soon(() => {
      expect(view.textContent).toContain('T must stay below 2.');
    });
    expect(view.textContent).toContain('Too many cases.');
  });

  test('keeps what was typed when the kind of a row is changed and changed back', async () => {
    const { model, view } = await show('SpaceEditor', PLANNED);
    type(field(view, 'How the values of T are given'), 'list');
    await soon(() => {
      expect(view.textContent).toContain('List the values of T');
    });
    type(field(view, 'How the values of T are given'), 'range');
    expect(model.get('rows')[0]).toEqual(ROW);
  });

  test('moves rows by buttons and by keys, and says where they are', async () => {
    const { model, view } = await show('SpaceEditor', PLANNED);
    const names = (): string =>
      model
        .get('rows')
        .map(({ name }) => name)
        .join('');
    button(view, 'Move T down').click();
    expect(names()).toBe('LTp');
    await soon(() => {
      expect(view.querySelector('[role=status]')?.textContent).toBe('T is now 2 of 3.');
      expect(button(view, 'Move L up').getAttribute('aria-disabled')).toBe('true');
    });
    press(field(view, 'Value of p'), 'ArrowUp', { altKey: true });
    expect(names()).toBe('LpT');
    button(view, 'Move L up').click();
    expect(names()).toBe('LpT');
  });

  test('chooses among the values that an argument has', async () => {
    const { model, view } = await show('SpaceEditor', traitsOf('editor-kinds'));
    const box = field(view, 'heat bath');
    box.checked = true;
    box.dispatchEvent(new Event('change', { bubbles: true }));
    expect(model.get('rows')[1]?.chosen).toEqual([0, 1, 2]);
  });

  test('takes a table of cases, and gives its columns back when it is removed', async () => {
    const { model, view } = await show('SpaceEditor', PLANNED);
    button(view, 'Add a table of cases').click();
    await soon(() => field(view, 'Table of cases'));
    type(field(view, 'Table of cases'), 'L,p\n16,0.5\n32,0.4\n');
    expect(model.get('rows').map(({ kind }) => kind)).toEqual(['range', 'cases', 'cases']);
    await soon(() => {
      expect(view.textContent).toContain('2 × 40 = 80 cases');
    });
    button(view, 'Remove the table').click();
    expect(model.get('rows').map(({ kind }) => kind)).toEqual(['range', 'fixed', 'fixed']);
    expect(model.get('cases')).toBe('');
  });

  test('asks a sampler for the number of its draws', async () => {
    const { model, view } = await show('SpaceEditor', traitsOf('editor-sampler'));
    expect(view.textContent).toContain('1,000 draws');
    type(field(view, 'Draws'), 'many');
    expect(model.get('draws')).toBe('many');
    await soon(() => {
      expect(view.textContent).toContain('The number of draws must be a whole number from 1.');
    });
    type(field(view, 'Drawn from'), 'normal');
    expect(model.get('rows')[0]).toMatchObject({ distribution: 'normal', parameters: ['', ''] });
  });

  test('shows what does not vary, and that it cannot be changed', async () => {
    const { view } = await show('SpaceEditor', PLANNED);
    expect(view.textContent).toContain('J = 1.0 meV');
    expect(view.textContent).toContain('Not recordedlattice = array, 12 MB');
    expect(() => field(view, 'Value of J')).toThrow();
  });

  test('leaves nothing behind when its view is closed', async () => {
    const { model, view, close } = await show('SpaceEditor', PLANNED);
    expect(model.heard).toBeGreaterThan(0);
    await close();
    expect([model.heard, view.textContent]).toEqual([0, '']);
  });

  test('keeps plain keys from the shortcuts of the application, and leaves it those with Ctrl', async () => {
    const { view } = await show('SpaceEditor', PLANNED);
    const root = view.firstElementChild;
    press(button(view, 'Move T down'), 'd');
    expect(root?.hasAttribute('data-lm-suppress-shortcuts')).toBe(true);
    press(button(view, 'Move T down'), 's', { ctrlKey: true });
    expect(root?.hasAttribute('data-lm-suppress-shortcuts')).toBe(false);
  });
});
