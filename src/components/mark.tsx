import type { JSX } from 'preact';

import type { CaseState } from '../protocol';

/** One shape for each state, so that none is told by its colour alone. */
const SHAPES: Readonly<Record<CaseState, JSX.Element>> = {
  done: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  failed: <path d="M6 1 11.4 10.6H.6Z" fill="currentColor" />,
  running: (
    <g>
      <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="1.4" />
      <path d="M6 1.6a4.4 4.4 0 0 1 0 8.8Z" fill="currentColor" />
    </g>
  ),
  stale: <path d="M6 1.2 10.8 6 6 10.8 1.2 6Z" fill="none" stroke="currentColor" stroke-width="1.5" />,
  missing: <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="1.4" />,
  cancelled: <path d="M2.4 2.4 9.6 9.6M9.6 2.4 2.4 9.6" stroke="currentColor" stroke-width="1.8" />,
};

/** The mark of a state; the word beside it says the same. */
export function Mark({ state }: { readonly state: CaseState }): JSX.Element {
  return (
    <svg class="xyzpy-mark" data-state={state} viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}
