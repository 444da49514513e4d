import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { caseCount, grouped } from '../core/format';
import { trans } from '../core/trans';
import type { FailedCase, FailureGroup } from '../protocol';
import { CodeBlock } from './code';
import { Button } from './controls';
import { Mark } from './mark';

type Insert = ((code: string) => void) | null;

interface DetailsProps {
  readonly failed: FailedCase;
  readonly onInsert: Insert;
}

function Output({ label, text }: { readonly label: string; readonly text: string }): JSX.Element {
  return (
    <div class="xyzpy-output">
      <h4>{label}</h4>
      <div class="xyzpy-pre" tabIndex={0} role="region" aria-label={label}>
        <pre>{text}</pre>
      </div>
    </div>
  );
}

/** All that is known of one case that failed, and the code that shows it again. */
export function FailureDetails({ failed, onInsert }: DetailsProps): JSX.Element {
  return (
    <div class="xyzpy-details">
      <Output label={trans.__('Traceback')} text={failed.traceback} />
      {failed.output && <Output label={trans.__('Printed')} text={failed.output} />}
      {onInsert ? (
        <span>
          <Button
            onClick={() => {
              onInsert(failed.code);
            }}
          >
            {trans.__('Reproduce in a new cell')}
          </Button>
        </span>
      ) : (
        <CodeBlock label={trans.__('Code that shows it again')} text={failed.code} onInsert={null} />
      )}
    </div>
  );
}

function CaseLine({ failed, onInsert }: DetailsProps): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <button
        type="button"
        class="xyzpy-disclose"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <code>{failed.text}</code>
        {failed.tries > 1 && (
          <span class="xyzpy-sub">
            {trans._n('tried %2 time', 'tried %2 times', failed.tries, grouped(failed.tries))}
          </span>
        )}
      </button>
      {open && <FailureDetails failed={failed} onInsert={onInsert} />}
    </li>
  );
}

interface GroupProps {
  readonly group: FailureGroup;
  /** The cases that have been brought so far. */
  readonly cases: readonly FailedCase[];
  readonly busy: boolean;
  readonly onInsert: Insert;
  readonly onRetry: () => void;
  readonly onMore: () => void;
}

/** The cases that failed in one way. */
export function Group({ group, cases, busy, onInsert, onRetry, onMore }: GroupProps): JSX.Element {
  const { raised, said, place, count } = group;
  return (
    <section class="xyzpy-part xyzpy-group" aria-label={`${raised}, ${place}`}>
      <div class="xyzpy-group-head">
        <Mark state="failed" />
        <div class="xyzpy-group-text">
          <h4>
            <code>{raised}</code>
            {said && `: ${said}`}
          </h4>
          <p class="xyzpy-sub">{trans.__('%1, in %2', caseCount(count), place)}</p>
        </div>
        <Button
          class="xyzpy-push"
          onClick={onRetry}
          disabled={busy}
          title={busy ? trans.__('A run is under way.') : ''}
        >
          {trans._n('Retry it', 'Retry these %2', count, grouped(count))}
        </Button>
      </div>
      <ul class="xyzpy-failed">
        {cases.map((failed) => (
          <CaseLine key={`${String(failed.number)} ${failed.text}`} failed={failed} onInsert={onInsert} />
        ))}
      </ul>
      {cases.length < count && (
        <Button class="xyzpy-quiet" onClick={onMore}>
          {trans.__('Show more of the %1', grouped(count))}
        </Button>
      )}
    </section>
  );
}
