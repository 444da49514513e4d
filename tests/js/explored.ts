/** An explorer as the kernel would set it. */

import { DEFAULTS, type Dimension, type Picked, type Proposal, type ResultsExplorerTraits } from '../../src/protocol';

export const GAMMA: Dimension = {
  name: 'gamma',
  caption: 'gamma [1/m]',
  size: 4,
  role: 'x',
  how: '',
  roles: ['x', 'color', 'slider', 'aggregate', 'fixed'],
  labels: ['1', '2', '3', '4'],
  position: 0,
};
export const SEED: Dimension = { ...GAMMA, name: 'seed', role: 'slider', position: 1 };
export const EXPLORED: ResultsExplorerTraits = {
  ...DEFAULTS.ResultsExplorer,
  title: 'score(gamma, seed)',
  said: '6 done, 2 not run',
  shelf: {
    variables: ['score', 'seconds'],
    variable: 'score',
    kind: 'line',
    dimensions: [GAMMA, SEED],
    logs: { logx: true, logy: false },
    spread: null,
  },
};
export const PICKED: Picked = {
  parts: ['gamma 1, 2'],
  cases: 2,
  done: 1,
  failed: 0,
  missing: 1,
  actions: ['fill', 'refine'],
};
export const PROPOSAL: Proposal = {
  id: 'one',
  action: 'refine',
  parts: ['gamma 3 values'],
  to_run: 1,
  stored: 2,
  seconds: null,
  own: true,
};
