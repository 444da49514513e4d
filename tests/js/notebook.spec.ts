import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { describe, expect, test, vi } from 'vitest';

import { insertCell, insertsCells, control } from '../../src/host';
import { serveWidgets } from '../../src/notebook';
import { soon } from './page';

/** A notebook of two cells, the first of which shows a widget, in an application that serves widgets. */
function application(save: (...given: never[]) => unknown = vi.fn().mockResolvedValue({})) {
  const [node, first, second, widget] = Array.from({ length: 4 }, () => document.createElement('div'));
  node?.append(first as Node, second as Node);
  first?.append(widget as Node);
  const inserted = { node: document.createElement('div') };
  const insertCellAt = vi.fn((place: number) => {
    content.widgets.splice(place, 0, inserted);
  });
  const content = {
    widgets: [{ node: first }, { node: second }],
    model: { sharedModel: { insertCell: insertCellAt } },
    activeCellIndex: 0,
    scrollToCell: vi.fn().mockResolvedValue(undefined),
  };
  const panel = { node, content } as unknown as NotebookPanel;
  const tracker = {
    find: (is: (panel: NotebookPanel) => boolean) => (is(panel) ? panel : undefined),
  } as unknown as INotebookTracker;
  const page = document.createElement('div');
  page.append(node as Node);
  const amiss = vi.fn();
  serveWidgets(page, tracker, { save: save as never }, amiss);
  return { page, widget: widget as HTMLElement, insertCellAt, inserted, content, save, amiss };
}

describe('a notebook serves the widgets within it', () => {
  test('code goes into a new cell right below the widget, which is shown, and nothing runs', () => {
    const { widget, insertCellAt, inserted, content } = application();
    expect(insertsCells(widget)).toBe(true);
    expect(insertCell(widget, 'energy(T=0.5)')).toBe(true);
    expect(insertCellAt).toHaveBeenCalledExactlyOnceWith(
      1,
      expect.objectContaining({ cell_type: 'code', source: 'energy(T=0.5)' }),
    );
    expect(content.activeCellIndex).toBe(1);
    expect(content.scrollToCell).toHaveBeenCalledExactlyOnceWith(inserted);
  });

  test('a widget outside of every notebook is told that it is alone', () => {
    const { page, insertCellAt } = application();
    const stray = document.createElement('div');
    page.append(stray);
    expect([insertsCells(stray), insertCell(stray, '1')]).toEqual([false, false]);
    expect(insertCellAt).not.toHaveBeenCalled();
  });

  test('a kernel that is busy is reached through its control file, in which the last word stays', async () => {
    const words: string[] = [];
    const save = vi.fn((_path: string, { content }: { content: string }) => {
      words.push(content);
      return Promise.resolve({});
    });
    const { widget } = application(save);
    control(widget, { path: 'runs/7.xyzpy-control', word: 'pause' });
    control(widget, { path: 'runs/7.xyzpy-control', word: 'cancel' });
    await soon(() => {
      expect(words).toEqual(['pause', 'cancel']);
    });
    expect(save).toHaveBeenLastCalledWith('runs/7.xyzpy-control', { type: 'file', format: 'text', content: 'cancel' });
  });

  test('no other file and no other word is ever written', () => {
    const { widget, save } = application();
    control(widget, { path: 'thesis.tex', word: 'stop' });
    control(widget, { path: '', word: 'stop' });
    control(widget, { path: 'runs/7.xyzpy-control', word: 'format c:' as 'stop' });
    expect(save).not.toHaveBeenCalled();
  });

  test('a control file that cannot be written is told of', async () => {
    const { widget, amiss } = application(vi.fn().mockRejectedValue(new Error('forbidden')));
    control(widget, { path: 'runs/7.xyzpy-control', word: 'stop' });
    await soon(() => {
      expect(amiss).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('forbidden'));
    });
  });
});
