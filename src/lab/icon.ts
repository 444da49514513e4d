import { LabIcon } from '@jupyterlab/ui-components';

const CELLS = [
  [2, 2],
  [9, 2],
  [16, 2],
  [2, 9],
  [9, 9],
  [2, 16],
] as const;
const OPEN = [
  [16, 9],
  [9, 16],
  [16, 16],
] as const;

const filled = CELLS.map(([x, y]) => `<rect x="${String(x)}" y="${String(y)}" width="5" height="5" rx="1"/>`);
const hollow = OPEN.map(
  ([x, y]) => `<rect x="${String(x + 0.6)}" y="${String(y + 0.6)}" width="3.8" height="3.8" rx=".6"/>`,
);

/** A grid of cases, some of which are done. */
export const sweepsIcon = new LabIcon({
  name: 'xyzpy-widgets:sweeps',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 23 23" width="16">' +
    `<g class="jp-icon3" fill="#616161">${filled.join('')}</g>` +
    `<g class="jp-icon-selectable jp-icon3-stroke" fill="none" stroke="#9e9e9e" stroke-width="1.2">${hollow.join('')}</g></svg>`,
});
