import type { JSX } from 'preact';

import { duration, grouped } from '../core/format';
import { caseWord } from '../core/progress';
import { trans } from '../core/trans';
import type { CaseReply, Named } from '../protocol';
import { Button } from './controls';
import { FailureDetails } from './failure';
import { Mark } from './mark';

function Values({ label, values }: { readonly label: string; readonly values: readonly Named[] }): JSX.Element | null {
  if (!values.length) return null;
  return (
    <div>
      <h4>{label}</h4>
      <dl class="xyzpy-values">
        {values.map(({ name, text }) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              <code>{text}</code>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** One case as it was asked for: on its way, there, or refused. */
export type Opened =
  | { readonly state: 'asked'; readonly number: number }
  | { readonly state: 'shown'; readonly number: number; readonly reply: CaseReply }
  | { readonly state: 'refused'; readonly number: number; readonly said: string };

interface CaseCardProps {
  readonly opened: Opened;
  readonly onInsert: ((code: string) => void) | null;
  readonly onClose: () => void;
}

function Body({ reply, onInsert }: { readonly reply: CaseReply } & Pick<CaseCardProps, 'onInsert'>): JSX.Element {
  return (
    <>
      <div class="xyzpy-case-values">
        <Values label={trans.__('Arguments')} values={reply.args} />
        <Values label={trans.__('Results')} values={reply.results} />
      </div>
      {reply.failure && <FailureDetails failed={reply.failure} onInsert={onInsert} />}
    </>
  );
}

/** All that is known of one case. */
export function CaseCard({ opened, onInsert, onClose }: CaseCardProps): JSX.Element {
  const reply = opened.state === 'shown' ? opened.reply : null;
  const title = trans.__('Case %1', grouped(opened.number));
  return (
    <section class="xyzpy-part xyzpy-case" aria-label={title}>
      <div class="xyzpy-line">
        <h4>{title}</h4>
        {reply && (
          <span>
            <Mark state={reply.state} /> {caseWord(reply.state)}
            {reply.seconds !== null && `, ${duration(reply.seconds)}`}
          </span>
        )}
        <span class="xyzpy-push">
          <Button class="xyzpy-quiet" onClick={onClose}>
            {trans.__('Close')}
          </Button>
        </span>
      </div>
      {opened.state === 'asked' && <p class="xyzpy-sub">{trans.__('Waiting for the kernel …')}</p>}
      {opened.state === 'refused' && <p class="xyzpy-problem">{opened.said}</p>}
      {reply && <Body reply={reply} onInsert={onInsert} />}
    </section>
  );
}
