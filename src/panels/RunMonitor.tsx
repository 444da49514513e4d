import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { CaseCard, type Opened } from '../components/casecard';
import { CaseMap } from '../components/casemap';
import { Button } from '../components/controls';
import {
  Bar,
  CancelQuestion,
  Controls,
  type ControlsProps,
  CurrentCases,
  Decision,
  foundText,
  StateWord,
  Stats,
} from '../components/progress';
import { grouped } from '../core/format';
import { announcement, isActive } from '../core/progress';
import { trans } from '../core/trans';
import { control } from '../host';
import { CASE_STATES, type ControlWord, type Progress, type RunMonitorTraits, type Selection } from '../protocol';
import { ask, set, tell } from '../sync';
import { useDisconnected, useInsert, useSilence, useWatch } from './hooks';
import type { PanelProps } from './mount';
import { useStates } from './states';

type Props = PanelProps<RunMonitorTraits>;

/** The case that is open, and how it is opened and closed; asked for anew when another state is told of it. */
function useCase(
  { model, signal }: Props,
  codes: Uint8Array,
): readonly [Opened | null, (number: number) => void, () => void] {
  const [opened, setOpened] = useState<Opened | null>(null);
  const fetch = async (number: number): Promise<void> => {
    const show = (to: Opened): void => {
      setOpened((now) => (now?.number === number ? to : now));
    };
    try {
      show({ state: 'shown', number, reply: await ask(model, { kind: 'case', number }, signal) });
    } catch (error) {
      show({ state: 'refused', number, said: (error as Error).message });
    }
  };
  const told = CASE_STATES[codes[opened?.number ?? -1] ?? -1];
  useEffect(() => {
    if (opened?.state === 'shown' && told !== undefined && told !== opened.reply.state) void fetch(opened.number);
  }, [told]);
  return [
    opened,
    (number) => {
      setOpened({ state: 'asked', number });
      void fetch(number);
    },
    () => {
      setOpened(null);
    },
  ];
}

/** What is said aloud: changes of state, quarters of the way, the first failure. */
function useAnnouncement(progress: Progress): string {
  const before = useRef(progress);
  const said = useRef('');
  const now = announcement(before.current, progress);
  if (now) said.current = now;
  before.current = progress;
  return said.current;
}

/** What is amiss with the kernel; null when nothing is known to be. */
function Amiss({ gone, silent, active }: { gone: boolean; silent: boolean; active: boolean }): JSX.Element | null {
  if (gone) {
    return (
      <p class="xyzpy-notice" role="alert">
        {trans.__(
          'The kernel is gone, and this is how things stood last. What was finished is kept: make the panel again to go on.',
        )}
      </p>
    );
  }
  if (!silent || !active) return null;
  return (
    <p class="xyzpy-notice" role="alert">
      {trans.__('No word from the kernel for a while. It may be busy, or gone; what was finished is kept.')}
    </p>
  );
}

function Found({ progress, onGoOn }: { readonly progress: Progress; readonly onGoOn: () => void }): JSX.Element {
  const rest = progress.total - progress.done;
  return (
    <div class="xyzpy-part xyzpy-run">
      <Bar progress={progress} />
      <div class="xyzpy-line">
        <span>{`${foundText(progress)} ${progress.said}`}</span>
        {rest > 0 && (
          <span class="xyzpy-push">
            <Button class="xyzpy-strong" onClick={onGoOn}>
              {trans._n('Go on with the %2 left', 'Go on with the %2 left', rest, grouped(rest))}
            </Button>
          </span>
        )}
      </div>
    </div>
  );
}

function Head({ props, children }: { readonly props: Props; readonly children: JSX.Element | null }): JSX.Element {
  const { title, progress } = props.traits;
  return (
    <header class="xyzpy-head">
      <StateWord progress={progress} />
      {title && <code>{title}</code>}
      {children}
    </header>
  );
}

/** What the middle of the monitor holds in each state: nothing yet, what was found, or the run. */
function Middle({ props, open }: { readonly props: Props; readonly open: (number: number) => void }): JSX.Element {
  const { progress } = props.traits;
  if (progress.state === 'idle')
    return <p class="xyzpy-empty">{trans.__('The run is shown here as soon as it is started.')}</p>;
  if (progress.state === 'found') {
    return (
      <Found
        progress={progress}
        onGoOn={() => {
          tell(props.model, { kind: 'go_on' });
        }}
      />
    );
  }
  return (
    <div class="xyzpy-part xyzpy-run">
      <Bar progress={progress} />
      <Stats progress={progress} />
      <CurrentCases progress={progress} onOpen={open} />
      {progress.said && <p class={progress.state === 'failed' ? 'xyzpy-problem' : ''}>{progress.said}</p>}
    </div>
  );
}

/** What steers the run; one that is held starts nothing until the reader has decided. */
function Steering({ props, controls }: { readonly props: Props; readonly controls: ControlsProps }): JSX.Element {
  if (props.traits.progress.state !== 'held') return <Controls {...controls} />;
  return (
    <Decision
      onContinue={() => {
        tell(props.model, { kind: 'continue' });
      }}
      onStop={() => {
        tell(props.model, { kind: 'control', word: 'stop' });
      }}
    />
  );
}

/** How far a run is, what steers it, and a map of its cases. */
export function RunMonitor(props: Props): JSX.Element {
  const { model, root, traits } = props;
  const { progress, axes, control_path: path } = traits;
  const states = useStates(props);
  const active = isActive(progress.state);
  const silent = useSilence(progress, useWatch(props) && active);
  const gone = useDisconnected(root);
  const insert = useInsert(root);
  const [opened, open, close] = useCase(props, states.codes);
  const [asking, setAsking] = useState(false);
  const steer = (word: ControlWord): void => {
    tell(model, { kind: 'control', word });
    control(root, { path, word });
  };
  const select = (selection: Selection): void => {
    set(model, { selection });
  };
  const controls = { progress, asking, onAsk: setAsking, onControl: steer };
  return (
    <>
      <Head props={props}>{gone ? null : <Steering props={props} controls={controls} />}</Head>
      {asking && active && !gone && <CancelQuestion {...controls} />}
      <Amiss gone={gone} silent={silent} active={active} />
      <Middle props={props} open={open} />
      {states.codes.length > 0 && (
        <div class="xyzpy-part">
          <CaseMap axes={axes} states={states.codes} version={states.version} onOpen={open} onSelect={select} />
        </div>
      )}
      {opened && <CaseCard opened={opened} onInsert={insert} onClose={close} />}
      <span class="xyzpy-said" role="status">
        {useAnnouncement(progress)}
      </span>
    </>
  );
}
