import { describe, expect, test } from 'vitest';

import { fitOf, isNarrow, place, putToolsAbove, shapeOf } from '../../src/core/facets';

/** A grid of figures as Bokeh writes it. */
function grid(columns: number, rows: number, tags: readonly string[]): unknown {
  const children = Array.from({ length: columns * rows }, (_, number) => [
    { attributes: { frame_width: 200, frame_height: 150, right: number === columns - 1 ? [{}] : [] } },
    Math.floor(number / columns),
    number % columns,
  ]);
  return { roots: [{ attributes: { tags, children } }] };
}

function places(document: unknown): unknown[] {
  const [root] = (document as { roots: { attributes: { children: unknown[][] } }[] }).roots;
  return root?.attributes.children.map(([, row, column]) => [row, column]) ?? [];
}

describe('several panels', () => {
  test('stand as many in a row as the page has room for, each at least so wide that it can be read', () => {
    const shape = { columns: 3, rows: 1, wraps: true, keyed: true };
    expect(fitOf(shape, 1100)).toEqual({ columns: 3, width: 270, height: 203 });
    expect(fitOf(shape, 640)).toEqual({ columns: 2, width: 200, height: 150 });
    expect(fitOf(shape, 330)).toEqual({ columns: 1, width: 170, height: 150 });
    expect(fitOf(shape, 260)).toEqual({ columns: 1, width: 100, height: 150 });
    expect(fitOf(shape, 100)?.width).toBe(80);
    expect(fitOf(shape, 0)).toBeNull();
  });

  test('keep their rows and columns where these mean something, exchange them, or stand below one another', () => {
    const shape = { columns: 3, rows: 2, wraps: false, keyed: false };
    expect(fitOf(shape, 700)).toMatchObject({ columns: 3, width: 170 });
    expect(fitOf(shape, 640)).toMatchObject({ columns: 2, width: 250 });
    expect(fitOf(shape, 300)).toMatchObject({ columns: 1, width: 230 });
    const exchanged = grid(3, 2, []);
    place(exchanged, { columns: 2, width: 250, height: 188 });
    expect(places(exchanged).slice(0, 4)).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [0, 1],
    ]);
  });

  test('are put where they fit before they are drawn', () => {
    const wrapping = grid(3, 1, ['wraps']);
    expect(shapeOf(wrapping)).toEqual({ columns: 3, rows: 1, wraps: true, keyed: true });
    place(wrapping, { columns: 2, width: 210, height: 158 });
    expect(places(wrapping)).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
    expect(JSON.stringify(wrapping)).toContain('"frame_width":210,"frame_height":158');
    const fixed = grid(2, 2, []);
    const before = places(fixed);
    place(fixed, { columns: 2, width: 160, height: 150 });
    expect(places(fixed)).toEqual(before);
  });

  test('a single figure is left to the page', () => {
    const single = { roots: [{ attributes: { width: 300 } }] };
    expect(shapeOf(single)).toBeNull();
    place(single, { columns: 1, width: 90, height: 150 });
    expect(single).toEqual({ roots: [{ attributes: { width: 300 } }] });
  });

  test('have their labels in as many lines as it takes: a value that is cut off would be another value', () => {
    const titled = (text: string): unknown => ({
      roots: [{ attributes: { children: [[{ attributes: { title: { attributes: { text } } } }, 0, 0]] } }],
    });
    const written = (text: string, width: number): string => {
      const document = titled(text);
      place(document, { columns: 1, width, height: 150 });
      return JSON.stringify(document);
    };
    expect(written('start = rest, damping = 0.25', 170)).toContain('"start = rest,\\ndamping = 0.25"');
    expect(written('start = rest, damping = 0.25', 400)).toContain('"start = rest, damping = 0.25"');
    expect(written('a = 1, b = 2, c = 3', 70)).toContain('"a = 1,\\nb = 2,\\nc = 3"');
  });

  test('a single figure on a narrow page has its tools above it', () => {
    expect([0, 300, 700].map(isNarrow)).toEqual([false, true, false]);
    const single = { roots: [{ attributes: {} }] };
    putToolsAbove(single);
    expect(single.roots[0]?.attributes).toEqual({ toolbar_location: 'above' });
    const several = grid(2, 1, []);
    const before = JSON.stringify(several);
    putToolsAbove(several);
    expect(JSON.stringify(several)).toBe(before);
  });
});
