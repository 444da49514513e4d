import { describe, expect, test } from 'vitest';

import { choiceOf, choicesOf, chosen } from '../../src/core/explorer';
import { DEFAULTS, type Dimension } from '../../src/protocol';
import { EXPLORED, GAMMA, PICKED, PROPOSAL } from './explored';
import { button, field, show, soon, type } from './page';

describe('the explorer', () => {
  test('shows a role for every dimension, and sends the one that is chosen', async () => {
    const { model, view } = await show('ResultsExplorer', EXPLORED);
    type(field(view, 'Role of gamma'), 'aggregate max');
    type(field(view, 'Kind of plot'), 'heatmap');
    type(field(view, 'Variable'), 'seconds');
    field(view, 'log y').click();
    expect(model.sent.slice(-4)).toEqual([
      { kind: 'role', name: 'gamma', role: 'aggregate', how: 'max' },
      { kind: 'show', what: 'kind', value: 'heatmap' },
      { kind: 'show', what: 'variable', value: 'seconds' },
      { kind: 'show', what: 'logy', value: 'yes' },
    ]);
  });

  test('tells the label where a slider rests, and not each on its way', async () => {
    const { model, view } = await show('ResultsExplorer', EXPLORED);
    const slider = field(view, 'Label of seed');
    for (const place of ['2', '3']) {
      type(slider, place);
    }
    await soon(() => {
      const labels = model.sent.filter((one) => (one as { kind: string }).kind === 'label');
      expect(labels).toEqual([{ kind: 'label', name: 'seed', position: 3 }]);
    });
  });

  test('offers what can be done about what is picked out, and runs nothing before it is proposed', async () => {
    const { model, view } = await show('ResultsExplorer', { ...EXPLORED, picked: PICKED });
    expect(view.textContent).toContain('2 cases picked out');
    button(view, 'Refine').click();
    button(view, 'Clear').click();
    expect(model.sent.slice(-2)).toEqual([
      { kind: 'act', action: 'refine' },
      { kind: 'drop', what: 'picked' },
    ]);
  });

  test('runs a proposal by its id, and none while another run is under way', async () => {
    const free = await show('ResultsExplorer', { ...EXPLORED, picked: PICKED, proposal: PROPOSAL });
    button(free.view, 'Run 1 case').click();
    expect(free.model.sent.at(-1)).toEqual({ kind: 'run', plan: 'one' });
    const busy = await show('ResultsExplorer', { ...EXPLORED, picked: PICKED, proposal: PROPOSAL, busy: true });
    button(busy.view, 'Run 1 case').click();
    expect(busy.model.sent).not.toContainEqual({ kind: 'run', plan: 'one' });
  });

  test('a section of a panel folds, and keeps in sight what is picked out', async () => {
    const alone = await show('ResultsExplorer', { ...EXPLORED, unfolded: null });
    expect(alone.view.querySelector('h3')?.textContent).toBe('Explore');
    const { model, view } = await show('ResultsExplorer', { ...EXPLORED, picked: PICKED, unfolded: true });
    button(view, 'Results').click();
    expect(model.any.get('unfolded')).toBe(false);
    await soon(() => {
      expect(view.querySelector('.xyzpy-figure')).toBeNull();
    });
    expect(view.textContent).toContain('2 cases picked out');
  });

  test('tells the kernel that it is seen, and asks for no figure before there is one', async () => {
    const { model } = await show('ResultsExplorer', { ...EXPLORED, unfolded: true, shelf: null });
    await soon(() => {
      expect(model.sent).toContainEqual(expect.objectContaining({ kind: 'watch', seen: true }));
    });
    expect(model.sent).not.toContainEqual(expect.objectContaining({ kind: 'ask' }));
  });

  test('what a panel is set to runs from its plan, and not from here', async () => {
    const proposal = { ...PROPOSAL, own: false };
    const { model, view } = await show('ResultsExplorer', { ...EXPLORED, picked: PICKED, proposal, panel: 'one' });
    await show('PlanCard', { ...DEFAULTS.PlanCard, panel: 'another' });
    const plan = await show('PlanCard', { ...DEFAULTS.PlanCard, panel: 'one' });
    button(view, 'Show the plan').click();
    expect(document.activeElement).toBe(button(plan.view, 'Run'));
    expect(view.querySelector('.xyzpy-primary')).toBeNull();
    expect(model.sent).not.toContainEqual(expect.objectContaining({ kind: 'run' }));
  });

  test('shows the view as code, in every way there is', async () => {
    const codes = { plot: 'ds.xyz.plot()', hvplot: '', explore: 'ds.xyz.explore()' };
    const { view } = await show('ResultsExplorer', { ...EXPLORED, codes });
    button(view, 'View as code').click();
    await soon(() => {
      expect([...view.querySelectorAll('pre')].map((one) => one.textContent)).toEqual([codes.plot, codes.explore]);
    });
  });

  test('shows a table in the place of the plot', async () => {
    const rows = { columns: ['gamma', 'score'], rows: [['1', '0.5']], offset: 0, total: 7 };
    const { view } = await show('ResultsExplorer', { ...EXPLORED, rows });
    expect(view.querySelector('table')?.textContent).toBe('gammascore10.5');
    expect(view.textContent).toContain('1 of 7 rows');
  });

  test('says why a wish cannot be met', async () => {
    const { view } = await show('ResultsExplorer', { ...EXPLORED, problem: 'y has no place here' });
    expect(view.querySelector('[role=alert]')?.textContent).toBe('y has no place here');
  });

  test('writes every way to aggregate as a choice of its own', () => {
    expect(choicesOf(GAMMA).map(([choice]) => choice)).toContain('aggregate median');
    const aggregated: Dimension = { ...GAMMA, role: 'aggregate', how: 'min' };
    expect(chosen(choiceOf(aggregated))).toEqual({ role: 'aggregate', how: 'min' });
  });
});
