import type { JSX } from 'preact';

import type { RowVerdict } from '../protocol';

const WIDTH = 120;
const INSET = 3;

/** Where the values of a row lie between the least and the greatest, one stroke for each. */
export function Sparkline({ verdict }: { readonly verdict: RowVerdict }): JSX.Element {
  const { places, span } = verdict;
  const strokes = places.map((place) => `M${(INSET + place * (WIDTH - 2 * INSET)).toFixed(1)} 2v12`).join('');
  return (
    <span class="xyzpy-spark">
      <svg viewBox={`0 0 ${String(WIDTH)} 16`} preserveAspectRatio="none" aria-hidden="true">
        {places.length > 0 && <path class="xyzpy-spark-base" d={`M0 15.5H${String(WIDTH)}`} />}
        <path class="xyzpy-spark-strokes" d={strokes} />
      </svg>
      <span class="xyzpy-sub" title={span}>
        {span}
      </span>
    </span>
  );
}
