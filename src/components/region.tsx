import type { JSX } from 'preact';

import { actionWord } from '../core/explorer';
import { caseCount, grouped, interval } from '../core/format';
import { caseWord } from '../core/progress';
import { trans } from '../core/trans';
import type { Picked, Proposal, RegionAction } from '../protocol';
import { Button } from './controls';

interface PickedProps {
  readonly picked: Picked;
  readonly busy: boolean;
  readonly onAct: (action: RegionAction) => void;
  readonly onDrop: () => void;
}

/** What a box picked out, and what can be done about it. */
export function PickedCard({ picked, busy, onAct, onDrop }: PickedProps): JSX.Element {
  const { parts, cases, done, failed, missing, actions } = picked;
  const states = [
    [done, caseWord('done')],
    [failed, caseWord('failed')],
    [missing, caseWord('missing')],
  ] as const;
  const said = states.filter(([count]) => count > 0).map(([count, word]) => `${grouped(count)} ${word}`);
  return (
    <div class="xyzpy-part xyzpy-picked" role="group" aria-label={trans.__('Picked out')}>
      <div class="xyzpy-line">
        <strong>{trans._n('%2 case picked out', '%2 cases picked out', cases, grouped(cases))}</strong>
        <span class="xyzpy-sub">{said.join(', ')}</span>
        <span class="xyzpy-push">
          <Button class="xyzpy-quiet" onClick={onDrop}>
            {trans._p('selection', 'Clear')}
          </Button>
        </span>
      </div>
      <p class="xyzpy-sub">{parts.join(' · ')}</p>
      {actions.length > 0 && (
        <div class="xyzpy-line">
          {actions.map((action) => (
            <Button
              key={action}
              disabled={busy}
              onClick={() => {
                onAct(action);
              }}
            >
              {actionWord(action)}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

interface ProposalProps {
  readonly proposal: Proposal;
  readonly busy: boolean;
  readonly onRun: () => void;
  readonly onDrop: () => void;
  /** Shows where the panel around has it. */
  readonly onShow: () => void;
}

/** What would run in the region; nothing of it has. */
export function ProposalCard({ proposal, busy, onRun, onDrop, onShow }: ProposalProps): JSX.Element {
  const { action, parts, to_run, stored, seconds, own } = proposal;
  const runs = trans._n('%2 case to run', '%2 cases to run', to_run, grouped(to_run));
  const kept = stored > 0 ? `, ${trans._n('%2 stored', '%2 stored', stored, grouped(stored))}` : '';
  const time = seconds ? ` · ${interval(seconds)}` : '';
  return (
    <div class="xyzpy-part xyzpy-picked" role="group" aria-label={trans.__('Proposal')}>
      <div class="xyzpy-line">
        <strong>{actionWord(action)}</strong>
        <span class="xyzpy-sub">{`${runs}${kept}${time}`}</span>
        <span class="xyzpy-line xyzpy-push">
          <Button class="xyzpy-quiet" onClick={onDrop}>
            {trans._p('proposal', 'Discard')}
          </Button>
          {own ? (
            <button
              type="button"
              class="xyzpy-primary"
              aria-disabled={busy || to_run === 0}
              onClick={() => {
                if (!busy && to_run > 0) onRun();
              }}
            >
              {trans.__('Run %1', caseCount(to_run))}
            </button>
          ) : (
            <Button class="xyzpy-strong" onClick={onShow}>
              {trans.__('Show the plan')}
            </Button>
          )}
        </span>
      </div>
      <p class="xyzpy-sub">{parts.join(' · ')}</p>
      {!own && <p class="xyzpy-sub">{trans.__('The parameters above are set to this; it runs from there.')}</p>}
    </div>
  );
}
