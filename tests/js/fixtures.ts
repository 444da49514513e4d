/** Every state of every widget, as the kernel would set it: for the tests, and for the gallery. */

import {
  type Argument,
  type CaseReply,
  type CasesReply,
  CASE_STATES,
  DEFAULTS,
  type FailedCase,
  type FailureGroup,
  type MapAxis,
  type Plan,
  type Progress,
  type Row,
  type RunMonitorTraits,
  type Wishes,
  type WidgetTraits,
} from '../../src/protocol';
import { EXPLORED, PICKED, PROPOSAL } from './explored';
import type { Answers } from './model';

export const ROW: Row = {
  name: 'T',
  kind: 'range',
  value: '',
  values: '',
  start: '0.5',
  stop: '4.0',
  num: '40',
  spacing: 'linear',
  chosen: [],
  distribution: '',
  parameters: [],
};

export const ARGUMENT: Argument = {
  name: 'T',
  role: 'swept',
  type: 'float',
  kinds: ['fixed', 'list', 'range', 'stored', 'cases'],
  choices: [],
  units: 'K',
  description: 'temperature of the heat bath',
  value: '',
  stored: 40,
};

const KNOWN: readonly Argument[] = [
  ARGUMENT,
  { ...ARGUMENT, name: 'L', type: 'int', units: '', description: 'side of the lattice', stored: 3 },
  { ...ARGUMENT, name: 'p', units: '', description: '', value: '0.5', stored: 0 },
  { ...ARGUMENT, name: 'J', role: 'constant', units: 'meV', description: '', value: '1.0' },
  { ...ARGUMENT, name: 'lattice', role: 'resource', type: 'any', units: '', description: '', value: 'array, 12 MB' },
];

const ROWS: readonly Row[] = [
  ROW,
  { ...ROW, name: 'L', kind: 'list', values: '16, 32, 64, 128' },
  { ...ROW, name: 'p', kind: 'fixed', value: '0.5' },
];

const EDITOR = { ...DEFAULTS.SpaceEditor, panel: 'p', arguments: KNOWN, rows: ROWS };

const CHOICES = { ...ARGUMENT, units: '', description: '', stored: 0 } as const;

export const WISHES: Wishes = { choice: 'new', stale: false, backend: 'processes', workers: 8 };

export const PLAN: Plan = {
  id: 'plan-1',
  wishes: WISHES,
  total: 149,
  stored: 93,
  failed: 2,
  new: 50,
  stale: 4,
  to_run: 50,
  seconds: [240, 540],
  timings: 93,
  memory_bytes: 12_800,
  disk_bytes: 400_000,
};

const CARD = {
  ...DEFAULTS.PlanCard,
  panel: 'p',
  title: 'energy(T, L, p)',
  store: 'ising.h5',
  wishes: WISHES,
  backends: ['serial', 'threads', 'processes'],
  plan: PLAN,
  code: {
    python: [
      'harvester.harvest_combos(',
      '    {"T": np.linspace(0.5, 4.0, 40), "L": [16, 32, 64, 128]},',
      '    constants={"p": 0.5},',
      '    missing_only=True,',
      '    parallel=True,',
      '    num_workers=8,',
      ')',
    ].join('\n'),
    magic: '%xyz run harvester T=0.5:4.0:40 L=[16,32,64,128] p=0.5 --missing --workers 8',
  },
};

export const CASES: CasesReply = {
  columns: ['T', 'L', 'p'],
  rows: Array.from({ length: 30 }, (_, place) => [(0.5 + place * 0.09).toFixed(3), '128', '0.5']),
  offset: 0,
  total: 50,
};

export const PROGRESS: Progress = {
  state: 'running',
  total: 160,
  done: 85,
  failed: 3,
  cancelled: 0,
  elsewhere: 0,
  running: 8,
  elapsed: 131,
  rate: 0.67,
  left: [120, 300],
  current: [
    { number: 96, text: 'T = 2.144, L = 128', seconds: 41 },
    { number: 97, text: 'T = 2.233, L = 128', seconds: 12 },
    { number: 98, text: 'T = 2.323, L = 128', seconds: 3.2 },
  ],
  said: '',
};

export const AXES: readonly MapAxis[] = [
  {
    name: 'T',
    units: 'K',
    size: 40,
    stride: 4,
    codes: [],
    labels: Array.from({ length: 40 }, (_, place) => (0.5 + (place * 3.5) / 39).toFixed(2)),
  },
  { name: 'L', units: '', size: 4, stride: 1, codes: [], labels: ['16', '32', '64', '128'] },
];

/** States of a grid of 160 cases: done up to the middle, a few failed, eight under way, some stale. */
export function someStates(): DataView {
  const codes = Uint8Array.from({ length: 160 }, (_, number) => {
    if (number < 12 && number % 4 === 0) return CASE_STATES.indexOf('failed');
    if (number > 119 && number < 124) return CASE_STATES.indexOf('stale');
    if (number < 88) return CASE_STATES.indexOf('done');
    return CASE_STATES.indexOf(number < 96 ? 'running' : 'missing');
  });
  return new DataView(codes.buffer);
}

/** Three axes with a million cases, most of them done, and one in a thousand failed. */
export function manyCases(): Pick<RunMonitorTraits, 'axes' | 'states'> {
  const axis = (name: string, size: number, stride: number): MapAxis => ({
    name,
    units: '',
    size,
    stride,
    codes: [],
    labels: Array.from({ length: size }, (_, place) => String(place)),
  });
  const codes = Uint8Array.from({ length: 1_000_000 }, (_, number) => {
    if ((number * 7919) % 99_991 < 3) return CASE_STATES.indexOf('failed');
    return number < 700_000 ? CASE_STATES.indexOf('done') : CASE_STATES.indexOf('missing');
  });
  return {
    axes: [axis('x', 1000, 1000), axis('y', 500, 2), axis('k', 2, 1)],
    states: new DataView(codes.buffer),
  };
}

const MONITOR = {
  ...DEFAULTS.RunMonitor,
  panel: 'p',
  title: 'energy(T, L, p)',
  progress: PROGRESS,
  axes: AXES,
  states: someStates(),
};

function monitor(changes: Partial<Progress>): RunMonitorTraits {
  return { ...MONITOR, progress: { ...PROGRESS, ...changes } };
}

const OVER = { running: 0, current: [], left: null, rate: null } as const;

export const FAILED: FailedCase = {
  number: 0,
  text: 'T = 0.5, L = 16',
  tries: 1,
  traceback: [
    'Traceback (most recent call last):',
    '  File "/home/ada/ising.py", line 31, in energy',
    '    return total / (T - 0.5)',
    '           ~~~~~~^~~~~~~~~~~',
    'ZeroDivisionError: float division by zero',
  ].join('\n'),
  output: 'thermalising …\nsweep 1 of 100',
  code: 'energy(T=0.5, L=16, p=0.5)',
};

export const GROUPS: readonly FailureGroup[] = [
  {
    id: 'g1',
    raised: 'ZeroDivisionError',
    said: 'float division by zero',
    place: 'energy(), ising.py line 31',
    count: 5,
    cases: [
      FAILED,
      { ...FAILED, number: 1, text: 'T = 0.5, L = 32', tries: 2 },
      { ...FAILED, number: 2, text: 'T = 0.5, L = 64' },
    ],
  },
  {
    id: 'g2',
    raised: 'MemoryError',
    said: 'Unable to allocate 12.0 GiB for an array with shape (40000, 40000) and data type float64',
    place: 'neighbours(), ising.py line 12',
    count: 1,
    cases: [{ ...FAILED, number: 159, text: 'T = 4, L = 128', output: '' }],
  },
];

export const CASE: CaseReply = {
  number: 40,
  state: 'done',
  args: [
    { name: 'T', text: '1.397 K' },
    { name: 'L', text: '16' },
    { name: 'p', text: '0.5' },
  ],
  results: [
    { name: 'energy', text: '-1.9932' },
    { name: 'spectrum', text: 'array of 101 float64, from 0.012 to 3.4' },
  ],
  seconds: 38.2,
  failure: null,
};

export const ANSWERS: Answers = { cases: CASES, case: CASE, failures: { cases: [{ ...FAILED, number: 3 }] } };

/** One widget in one state; `press` names the buttons that are pressed to get there. */
export type Shown = {
  readonly [Name in keyof WidgetTraits]: {
    readonly name: string;
    readonly widget: Name;
    readonly traits: WidgetTraits[Name];
    readonly press?: readonly string[];
    /** Whether the kernel is gone. */
    readonly gone?: boolean;
  };
}[keyof WidgetTraits];

const EDITORS: readonly Shown[] = [
  { name: 'editor-empty', widget: 'SpaceEditor', traits: DEFAULTS.SpaceEditor },
  { name: 'editor-planned', widget: 'SpaceEditor', traits: EDITOR },
  {
    name: 'editor-problems',
    widget: 'SpaceEditor',
    traits: {
      ...EDITOR,
      rows: [
        { ...ROW, start: '0', spacing: 'log' },
        { ...ROW, name: 'L', kind: 'list', values: '16, 32, big' },
        { ...ROW, name: 'p', kind: 'fixed', value: '' },
      ],
    },
  },
  {
    name: 'editor-kinds',
    widget: 'SpaceEditor',
    traits: {
      ...EDITOR,
      arguments: [
        { ...ARGUMENT, name: 'rate', units: '1/s', description: 'attempts in a second' },
        {
          ...CHOICES,
          name: 'method',
          type: 'str',
          kinds: ['choices', 'fixed'],
          choices: ['wolff', 'metropolis', 'heat bath'],
        },
        {
          ...CHOICES,
          name: 'periodic',
          type: 'bool',
          kinds: ['choices', 'fixed'],
          choices: ['True', 'False'],
          description: 'whether the lattice closes upon itself at its borders',
        },
        { ...ARGUMENT, name: 'seed', type: 'int', units: '', description: '', stored: 12 },
      ],
      rows: [
        { ...ROW, name: 'rate', start: '1e-3', stop: '1e3', num: '13', spacing: 'log' },
        { ...ROW, name: 'method', kind: 'choices', chosen: [0, 1] },
        { ...ROW, name: 'periodic', kind: 'choices', chosen: [0] },
        { ...ROW, name: 'seed', kind: 'stored' },
      ],
    },
  },
  {
    name: 'editor-cases',
    widget: 'SpaceEditor',
    traits: {
      ...EDITOR,
      rows: [ROW, { ...ROW, name: 'L', kind: 'cases' }, { ...ROW, name: 'p', kind: 'cases' }],
      cases: 'L\tp\n16\t0.5\n32\t0.45\n64\t0.41\n',
    },
  },
  {
    name: 'editor-sampler',
    widget: 'SpaceEditor',
    traits: {
      ...EDITOR,
      sampled: true,
      draws: '1000',
      distributions: [
        { name: 'uniform', label: 'uniform', parameters: ['low', 'high'] },
        { name: 'normal', label: 'normal', parameters: ['mean', 'deviation'] },
      ],
      arguments: KNOWN.map((argument) => ({ ...argument, kinds: ['fixed', 'list', 'distribution'] as const })),
      rows: [
        { ...ROW, kind: 'distribution', distribution: 'uniform', parameters: ['0.5', '4'] },
        { ...ROW, name: 'L', kind: 'list', values: '16, 32' },
        { ...ROW, name: 'p', kind: 'distribution', distribution: 'normal', parameters: ['0.5', ''] },
      ],
    },
  },
];

const LONG = 'the_temperature_of_the_bath_in_which_the_lattice_has_been_cooled';

const AWKWARD: readonly Shown[] = [
  {
    name: 'editor-long',
    widget: 'SpaceEditor',
    traits: {
      ...EDITOR,
      arguments: [
        { ...ARGUMENT, name: LONG, description: `${LONG}, by its long name` },
        {
          ...CHOICES,
          name: 'method',
          type: 'any',
          kinds: ['choices', 'fixed', 'cases'],
          choices: ['FAST', 'EXACT'],
          value: 'FAST',
        },
        { ...CHOICES, name: 'shape', type: 'any', kinds: ['fixed', 'list'], value: '(1, 2)' },
      ],
      rows: [
        { ...ROW, name: LONG },
        { ...ROW, name: 'method', kind: 'fixed', value: 'FAST' },
        { ...ROW, name: 'shape', kind: 'fixed', value: '' },
      ],
    },
  },
  {
    name: 'editor-wrong-cases',
    widget: 'SpaceEditor',
    traits: {
      ...EDITOR,
      rows: [ROW, { ...ROW, name: 'L', kind: 'cases' }, { ...ROW, name: 'p', kind: 'cases' }],
      cases: 'L\tq\n16\t0.5\n',
    },
  },
  {
    name: 'plan-long',
    widget: 'PlanCard',
    traits: { ...CARD, title: `${LONG}(${LONG})`, store: `${LONG}.h5` },
  },
  {
    name: 'plan-asked',
    widget: 'PlanCard',
    traits: { ...CARD, ask: { cases: 10, seconds: null } },
    press: ['Run 50 new cases'],
  },
  {
    name: 'plan-failed',
    widget: 'PlanCard',
    traits: { ...CARD, plan: { ...PLAN, stored: 147, failed: 2, stale: 0, new: 0, to_run: 0, seconds: [0, 0] } },
  },
];

const EXPLORERS: readonly Shown[] = [
  {
    name: 'explorer-nothing',
    widget: 'ResultsExplorer',
    traits: { ...DEFAULTS.ResultsExplorer, title: 'score(gamma, seed)', said: 'Nothing is there to draw yet.' },
  },
  {
    name: 'explorer-section',
    widget: 'ResultsExplorer',
    traits: { ...EXPLORED, unfolded: false, picked: PICKED },
  },
  {
    name: 'explorer-table',
    widget: 'ResultsExplorer',
    traits: {
      ...EXPLORED,
      heading: 'score',
      rows: { columns: ['gamma', 'score'], rows: [['1', '0.25']], offset: 0, total: 702 },
      codes: { plot: 'harvester.plot(kind="table")', hvplot: '', explore: 'harvester.explore(kind="table")' },
    },
    press: ['View as code'],
  },
  {
    name: 'explorer-proposal',
    widget: 'ResultsExplorer',
    traits: { ...EXPLORED, unfolded: null, busy: true, picked: PICKED, proposal: PROPOSAL },
  },
];

const CARDS: readonly Shown[] = [
  { name: 'plan-empty', widget: 'PlanCard', traits: { ...DEFAULTS.PlanCard, title: 'energy(T, L, p)' } },
  { name: 'plan-planned', widget: 'PlanCard', traits: CARD },
  { name: 'plan-listed', widget: 'PlanCard', traits: CARD, press: ['50 new', 'Show the code'] },
  {
    name: 'plan-unknown',
    widget: 'PlanCard',
    traits: {
      ...CARD,
      store: '',
      code: DEFAULTS.PlanCard.code,
      plan: {
        ...PLAN,
        stored: 0,
        failed: 0,
        stale: null,
        total: 960,
        new: 960,
        to_run: 960,
        seconds: null,
        timings: 0,
        disk_bytes: null,
      },
    },
  },
  {
    name: 'plan-complete',
    widget: 'PlanCard',
    traits: { ...CARD, plan: { ...PLAN, stored: 149, failed: 0, stale: 0, new: 0, to_run: 0, seconds: [0, 0] } },
  },
  {
    name: 'plan-sampler',
    widget: 'PlanCard',
    traits: {
      ...CARD,
      store: 'spins.csv',
      choices: [],
      plan: { ...PLAN, total: 1000, stored: 0, failed: 0, stale: null, new: 1000, to_run: 1000 },
    },
  },
  { name: 'plan-invalid', widget: 'PlanCard', traits: { ...CARD, reason: 'L: “big” is not a whole number.' } },
  {
    name: 'plan-busy',
    widget: 'PlanCard',
    traits: { ...CARD, busy: true, trial: { state: 'done', said: 'T = 0.5, L = 16 took 1.2 s and was stored.' } },
  },
];

const MONITORS: readonly Shown[] = [
  { name: 'run-idle', widget: 'RunMonitor', traits: DEFAULTS.RunMonitor },
  {
    name: 'run-found',
    widget: 'RunMonitor',
    traits: monitor({ ...OVER, state: 'found', said: 'The last was stored 3 min ago.' }),
  },
  {
    name: 'run-queued',
    widget: 'RunMonitor',
    traits: monitor({ ...OVER, state: 'queued', done: 0, failed: 0, elapsed: 0 }),
  },
  { name: 'run-running', widget: 'RunMonitor', traits: monitor({}) },
  { name: 'run-paused', widget: 'RunMonitor', traits: monitor({ state: 'paused', running: 0, current: [] }) },
  {
    name: 'run-held',
    widget: 'RunMonitor',
    traits: monitor({ state: 'held', running: 0, current: [], said: 'Held: 3 cases failed in one way.' }),
  },
  { name: 'run-cancel', widget: 'RunMonitor', traits: monitor({}), press: ['Cancel …'] },
  { name: 'run-case', widget: 'RunMonitor', traits: monitor({}), press: ['T = 2.144'] },
  { name: 'run-stopping', widget: 'RunMonitor', traits: monitor({ state: 'stopping' }) },
  { name: 'run-cancelling', widget: 'RunMonitor', traits: monitor({ state: 'cancelling' }) },
  {
    name: 'run-done',
    widget: 'RunMonitor',
    traits: monitor({ ...OVER, state: 'done', done: 157, elapsed: 340, said: 'All results are in ising.h5.' }),
  },
  { name: 'run-stopped', widget: 'RunMonitor', traits: monitor({ ...OVER, state: 'stopped' }) },
  { name: 'run-cancelled', widget: 'RunMonitor', traits: monitor({ ...OVER, state: 'cancelled', cancelled: 8 }) },
  {
    name: 'run-failed',
    widget: 'RunMonitor',
    traits: monitor({ ...OVER, state: 'failed', said: 'OSError: no space left on device. What was finished is kept.' }),
  },
  {
    name: 'run-decimals',
    widget: 'RunMonitor',
    traits: {
      ...monitor({}),
      axes: AXES.map((axis) => ({
        ...axis,
        labels: axis.labels.map((_, place) => String(+(0.5 + (place * 4) / 23).toPrecision(6))),
      })),
    },
  },
  { name: 'run-gone', widget: 'RunMonitor', traits: monitor({}), gone: true },
  {
    name: 'run-many',
    widget: 'RunMonitor',
    traits: { ...monitor({ total: 1_000_000, done: 700_000, failed: 30 }), ...manyCases() },
  },
];

const FAILURES: readonly Shown[] = [
  { name: 'failures-none', widget: 'Failures', traits: DEFAULTS.Failures },
  {
    name: 'failures-some',
    widget: 'Failures',
    traits: { ...DEFAULTS.Failures, panel: 'p', groups: GROUPS },
    press: ['T = 0.5, L = 16'],
  },
  {
    name: 'failures-held',
    widget: 'Failures',
    traits: { ...DEFAULTS.Failures, panel: 'p', groups: GROUPS, held: '5 cases failed in one way.', busy: true },
  },
];

/** All that the gallery shows. */
export const GALLERY: readonly Shown[] = [...EDITORS, ...CARDS, ...MONITORS, ...FAILURES, ...AWKWARD, ...EXPLORERS];
