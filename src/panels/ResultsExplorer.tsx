import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { CodeBlock } from '../components/code';
import { Button } from '../components/controls';
import { PickedCard, ProposalCard } from '../components/region';
import { RoleShelf } from '../components/shelf';
import { Table } from '../components/table';
import { grouped } from '../core/format';
import { trans } from '../core/trans';
import type { ExportRequest, ResultsExplorerTraits, ViewCodes } from '../protocol';
import { ask, set, tell } from '../sync';
import { mountFigure } from './figure';
import { useInsert, useWatch } from './hooks';
import type { PanelProps } from './mount';
import { showPrimary } from './primary';

type Props = PanelProps<ResultsExplorerTraits>;

/** How long a slider rests between two labels that the kernel is told, in milliseconds. */
const REST = 120;

/** The figure, which is drawn by BokehJS alone. */
function Plot({ model, signal, shown, fail }: Props & { shown: boolean; fail: (said: string) => void }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current) mountFigure(model, host.current, signal, fail);
  }, [model, signal]);
  return <div ref={host} class="xyzpy-figure" hidden={!shown} />;
}

/** Tell the kernel of the last of many labels: one while it moves, and the one where it stops. */
function useMove({ model }: Props): (name: string, position: number) => void {
  const last = useRef<{ name: string; position: number } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  return (name, position) => {
    last.current = { name, position };
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      if (last.current) tell(model, { kind: 'label', ...last.current });
    }, REST);
  };
}

/** Let the browser save a file. */
function save(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}

function bytesOf(content: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
}

/** The height of a heading in a picture, in pixels. */
const HEADING = 24;

/** The figure as it is drawn, its canvases one above the other on the ground of the page, below its heading. */
async function pngOf(root: HTMLElement, heading: string): Promise<Blob | null> {
  const host = root.querySelector<HTMLElement>('.xyzpy-figure');
  const frame = host?.getBoundingClientRect();
  if (!host || !frame || frame.width === 0) return null;
  const scale = devicePixelRatio;
  const whole = document.createElement('canvas');
  [whole.width, whole.height] = [frame.width * scale, (frame.height + HEADING) * scale];
  const pen = whole.getContext('2d');
  if (!pen) return null;
  pen.fillStyle = getComputedStyle(root).backgroundColor;
  pen.fillRect(0, 0, whole.width, whole.height);
  const { color, fontFamily } = getComputedStyle(root);
  [pen.fillStyle, pen.font] = [color, `bold ${String(13 * scale)}px ${fontFamily}`];
  pen.fillText(heading.replaceAll('\n', ', '), 8 * scale, 17 * scale, whole.width - 16 * scale);
  const canvases = (node: ParentNode): HTMLCanvasElement[] =>
    [...node.querySelectorAll<HTMLElement>('*')].flatMap((element) => [
      ...(element instanceof HTMLCanvasElement ? [element] : []),
      ...(element.shadowRoot ? canvases(element.shadowRoot) : []),
    ]);
  for (const canvas of canvases(host)) {
    const place = canvas.getBoundingClientRect();
    const at = [place.left - frame.left, place.top - frame.top, place.width, place.height].map((side) => side * scale);
    const [left = 0, top = 0, width = 0, height = 0] = at;
    if (width && height) pen.drawImage(canvas, left, top + HEADING * scale, width, height);
  }
  return new Promise((resolve) => {
    whole.toBlob(resolve);
  });
}

/** Save what is shown, or say why it cannot be. */
function SaveRow({ props, fail }: { props: Props; fail: (said: string) => void }): JSX.Element {
  const { model, root, signal, traits } = props;
  const fetch = async (format: ExportRequest['format']): Promise<void> => {
    try {
      const { name, type, content } = await ask(model, { kind: 'export', format }, signal);
      save(name, new Blob([bytesOf(content)], { type }));
    } catch (error) {
      fail((error as Error).message);
    }
  };
  const png = async (): Promise<void> => {
    const blob = await pngOf(root, traits.heading);
    if (blob) save(`${traits.shelf?.variable ?? 'view'}.png`, blob);
    else fail(trans.__('There is no picture to save.'));
  };
  // a table has no picture
  const forms = traits.rows ? (['csv', 'netcdf'] as const) : (['svg', 'html', 'csv', 'netcdf'] as const);
  return (
    <span class="xyzpy-line xyzpy-saves" role="group" aria-label={trans.__('Save as')}>
      <span class="xyzpy-faint">{trans.__('Save as')}</span>
      {!traits.rows && (
        <Button class="xyzpy-quiet" onClick={() => void png()}>
          PNG
        </Button>
      )}
      {forms.map((format) => (
        <Button key={format} class="xyzpy-quiet" onClick={() => void fetch(format)}>
          {format === 'netcdf' ? 'netCDF' : format.toUpperCase()}
        </Button>
      ))}
    </span>
  );
}

function codeLabel(name: keyof ViewCodes): string {
  const labels: Readonly<Record<keyof ViewCodes, string>> = {
    plot: trans.__('The plot'),
    hvplot: trans.__('The plot by hvPlot alone'),
    explore: trans.__('An explorer on this view'),
  };
  return labels[name];
}

/** The view as code. */
function Codes({ props }: { readonly props: Props }): JSX.Element {
  const { codes } = props.traits;
  const insert = useInsert(props.root);
  const known = (Object.entries(codes) as [keyof ViewCodes, string][]).filter(([, code]) => code !== '');
  return (
    <div class="xyzpy-part xyzpy-codes">
      {known.map(([name, code]) => (
        <CodeBlock key={name} label={codeLabel(name)} text={code} onInsert={insert} />
      ))}
    </div>
  );
}

/** Code and files. */
function Foot({ props, fail }: { props: Props; fail: (said: string) => void }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <>
      <footer class="xyzpy-part xyzpy-line xyzpy-files">
        <Button
          class="xyzpy-quiet"
          expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
        >
          {open ? trans.__('Hide the code') : trans.__('View as code')}
        </Button>
        <span class="xyzpy-push">
          <SaveRow props={props} fail={fail} />
        </span>
      </footer>
      {open && <Codes props={props} />}
    </>
  );
}

/** What is picked out of the plot, or what would run in it. */
function Region({ model, root, traits }: Props): JSX.Element | null {
  const { picked, proposal, busy } = traits;
  if (proposal) {
    return (
      <ProposalCard
        proposal={proposal}
        busy={busy}
        onRun={() => {
          tell(model, { kind: 'run', plan: proposal.id });
        }}
        onDrop={() => {
          tell(model, { kind: 'drop', what: 'proposal' });
        }}
        onShow={() => {
          showPrimary(root);
        }}
      />
    );
  }
  if (!picked) return null;
  return (
    <PickedCard
      picked={picked}
      busy={busy}
      onAct={(action) => {
        tell(model, { kind: 'act', action });
      }}
      onDrop={() => {
        tell(model, { kind: 'drop', what: 'picked' });
      }}
    />
  );
}

/** The plot, or the rows of a table in its place. */
function Seen({ props, fail }: { props: Props; fail: (said: string) => void }): JSX.Element {
  const { heading, shelf, rows, unfolded } = props.traits;
  const said = unfolded === null ? props.traits.said : '';
  return (
    <div class="xyzpy-part xyzpy-seen">
      {heading && <h4>{heading}</h4>}
      <Plot {...props} shown={shelf !== null && rows === null} fail={fail} />
      {rows && (
        <>
          <Table label={trans.__('Rows')} columns={rows.columns} rows={rows.rows} />
          <p class="xyzpy-sub">
            {rows.rows.length < rows.total
              ? trans.__(
                  'The first %1 of %2 rows; the CSV file has all of them.',
                  grouped(rows.rows.length),
                  grouped(rows.total),
                )
              : trans._n('%2 row', '%2 rows', rows.total, grouped(rows.total))}
          </p>
        </>
      )}
      {!shelf && <p class="xyzpy-empty">{said || trans.__('Drawing …')}</p>}
    </div>
  );
}

/** How many cases there are of each state; said here where it does not stand in the place of the plot. */
function live({ traits }: Props): string {
  const { said, busy, shelf, unfolded } = traits;
  if (!shelf && unfolded === null) return '';
  return busy ? trans.__('live · %1', said) : said;
}

/** What it is, how many cases there are of each state, and for a section of a panel what folds it. */
function Head(props: Props): JSX.Element {
  const { model, traits } = props;
  const { title, unfolded } = traits;
  return (
    <header class="xyzpy-head">
      <h3>
        {unfolded === null ? (
          trans.__('Explore')
        ) : (
          <button
            type="button"
            class="xyzpy-fold"
            aria-expanded={unfolded}
            onClick={() => {
              set(model, { unfolded: !unfolded });
            }}
          >
            {trans.__('Results')}
          </button>
        )}
      </h3>
      {title && <code>{title}</code>}
      <span class="xyzpy-push xyzpy-sub">{live(props)}</span>
    </header>
  );
}

/** The shelf, the plot, and code and files below it. */
function Body({ props }: { readonly props: Props }): JSX.Element {
  const { model, traits } = props;
  const { shelf, problem } = traits;
  const [failed, fail] = useState('');
  const move = useMove(props);
  const told = problem || failed;
  return (
    <>
      {shelf && (
        <RoleShelf
          shelf={shelf}
          onRole={(name, role, how) => {
            tell(model, { kind: 'role', name, role, how });
          }}
          onMove={move}
          onShow={(what, value) => {
            tell(model, { kind: 'show', what, value });
          }}
        />
      )}
      {told && (
        <p class="xyzpy-part xyzpy-problem" role="alert">
          {told}
        </p>
      )}
      <Seen props={props} fail={fail} />
      <Region {...props} />
      {shelf && <Foot props={props} fail={fail} />}
    </>
  );
}

/** All of it, live, and what can be done about it. */
export function ResultsExplorer(props: Props): JSX.Element {
  useWatch(props);
  const folded = props.traits.unfolded === false;
  return (
    <>
      <Head {...props} />
      {folded ? <Region {...props} /> : <Body props={props} />}
    </>
  );
}
