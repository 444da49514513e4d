import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';

import { CommandIDs } from '../commands';
import { renderCode } from '../components/about';
import { groupOf, type SweepRow } from '../core/board';
import { functionAt, STUDY, sweepCode } from '../core/functions';
import { isActive } from '../core/progress';
import { trans } from '../core/trans';
import { insertBelow } from '../notebook';
import { sweepsIcon } from './icon';
import { SIDE_ID } from './side';
import type { Sweeps } from './sweeps';
import { isTabArgs, type Tabs, type View } from './tabs';

/** What the commands act on. */
export interface Scene {
  readonly app: JupyterFrontEnd;
  readonly sweeps: Sweeps;
  readonly tabs: Tabs;
  readonly tracker: INotebookTracker | null;
}

type Command = CommandRegistry.ICommandOptions;
type Args = ReadonlyPartialJSONObject;

/** Which sweep a command is about; without a word of it, the one of the notebook in front that ran last. */
function sweepArgs(): ReadonlyJSONObject {
  return {
    type: 'object',
    properties: {
      kernel: { type: 'string', description: trans.__('The id of the kernel that has the sweep') },
      sweep: { type: 'string', description: trans.__('The id of the sweep in that kernel') },
      menu: { type: 'boolean', description: trans.__('Whether the sweep is the one whose menu is open') },
    },
  };
}
const NO_ARGS: ReadonlyJSONObject = { type: 'object', properties: {} };

/** Every command of the sweeps, by its id. */
export function sweepCommands(scene: Scene): Readonly<Record<string, Command>> {
  return { ...viewCommands(scene), ...rowCommands(scene), ...notebookCommands(scene), ...generalCommands(scene) };
}

function viewCommands(scene: Scene): Record<string, Command> {
  const { tabs } = scene;
  const command = (view: View, label: string, caption: string): Command => ({
    label,
    caption,
    icon: view === 'panel' ? sweepsIcon : undefined,
    describedBy: { args: sweepArgs() },
    isEnabled: (args) => chosen(scene, args) !== null,
    execute: (args) => {
      const row = chosen(scene, args);
      if (row) openView(scene, row, view);
    },
  });
  return {
    [CommandIDs.openPanel]: command('panel', trans.__('Open Panel'), trans.__('Open the panel of a sweep in a tab')),
    [CommandIDs.plan]: command(
      'plan',
      trans.__('Plan'),
      trans.__('Choose the values of a sweep, and see what would run'),
    ),
    [CommandIDs.explore]: command('explorer', trans.__('Explore'), trans.__('Explore the results of a sweep in a tab')),
    [CommandIDs.restore]: {
      label: trans.__('Open a Tab of a Sweep Again'),
      caption: trans.__('Show in a tab what was shown there before the page was loaded anew'),
      describedBy: { args: { type: 'object', required: ['view', 'kernel', 'session', 'key', 'name'] } },
      execute: (args) => (isTabArgs(args) ? tabs.open(args, null) : null),
    },
  };
}

function rowCommands(scene: Scene): Record<string, Command> {
  const { sweeps } = scene;
  return {
    [CommandIDs.showCode]: {
      label: trans.__('Show Code'),
      caption: trans.__('Show the Python that does what a sweep is set to do'),
      describedBy: { args: sweepArgs() },
      isEnabled: (args) => (chosen(scene, args)?.kind ?? 'function') !== 'function',
      execute: async (args) => {
        const row = chosen(scene, args);
        if (row) await showCode(await sweeps.code(row), row);
      },
    },
    [CommandIDs.copyPath]: {
      label: trans.__('Copy Path'),
      caption: trans.__('Copy the path of the file that holds the results of a sweep'),
      describedBy: { args: sweepArgs() },
      isEnabled: (args) => Boolean(chosen(scene, args)?.store),
      execute: (args) => {
        const row = chosen(scene, args);
        if (row) Clipboard.copyToSystem(row.store);
      },
    },
  };
}

function notebookCommands(scene: Scene): Record<string, Command> {
  const { tracker, app } = scene;
  return {
    [CommandIDs.newSweep]: {
      label: trans.__('New Sweep from This Function'),
      caption: trans.__('Insert a cell that opens a panel of the function which the cell in front defines'),
      icon: sweepsIcon,
      describedBy: { args: NO_ARGS },
      isEnabled: () => inFront(scene) !== null,
      execute: () => {
        const panel = inFront(scene);
        if (panel && !insertSweep(panel)) {
          Notification.info(trans.__('Put the cursor into a cell that defines a function, then try again.'));
        }
      },
    },
    [CommandIDs.newStudy]: {
      label: ({ isLauncher }) => (isLauncher ? trans.__('New sweep') : trans.__('New Notebook with a Sweep')),
      caption: trans.__('Open a notebook with a function to study, and its panel'),
      icon: sweepsIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            cwd: { type: 'string', description: trans.__('The folder of the notebook') },
            isLauncher: { type: 'boolean', description: trans.__('Whether it is called from the launcher') },
          },
        },
      },
      isEnabled: () => tracker !== null && app.commands.hasCommand('notebook:create-new'),
      execute: ({ cwd }) => newStudy(scene, typeof cwd === 'string' ? cwd : ''),
    },
  };
}

function generalCommands({ app, sweeps }: Scene): Record<string, Command> {
  const underWay = (): readonly SweepRow[] => sweeps.rows().filter(({ state }) => isActive(state));
  return {
    [CommandIDs.showSweeps]: {
      label: trans.__('Show Sweeps'),
      caption: trans.__('Show the sweeps of all running kernels in the side area'),
      icon: sweepsIcon,
      describedBy: { args: NO_ARGS },
      execute: () => {
        app.shell.activateById(SIDE_ID);
      },
    },
    [CommandIDs.stopAll]: {
      label: trans.__('Stop All Runs'),
      caption: trans.__('Let the cases under way finish in every kernel, and begin no more; what is finished is kept'),
      describedBy: { args: NO_ARGS },
      isEnabled: () => underWay().length > 0,
      execute: () => {
        for (const row of underWay()) sweeps.steer(row, 'stop');
      },
    },
  };
}

/** The sweep that a command is about. */
function chosen({ app, sweeps, tracker }: Scene, args: Args): SweepRow | null {
  if (typeof args.kernel === 'string' && typeof args.sweep === 'string') return sweeps.find(args.kernel, args.sweep);
  if (args.menu === true) {
    const { kernel, sweep } = app.contextMenuHitTest(({ dataset }) => dataset.sweep !== undefined)?.dataset ?? {};
    return kernel && sweep ? sweeps.find(kernel, sweep) : null;
  }
  const rows = sweeps.rows();
  const here = rows.filter(({ session }) => session === tracker?.currentWidget?.context.path);
  return (here.length ? here : rows).reduce<SweepRow | null>(
    (best, row) => (best && rank(best) > rank(row) ? best : row),
    null,
  );
}

/** What is under way comes before what is not, and of two the later run. */
function rank(row: SweepRow): number {
  return row.run + (groupOf(row) === 'kept' ? 0 : 1e9);
}

/** Open a view of a sweep beside its notebook, or the one in front. */
export function openView({ tabs, tracker }: Scene, row: SweepRow, view: View): void {
  const own = tracker?.find((panel) => panel.context.path === row.session);
  const beside = own ?? tracker?.currentWidget ?? null;
  tabs.open({ view, kernel: row.kernel, session: row.session, key: row.key, name: row.name }, beside?.id ?? null);
}

async function showCode(code: string, { name }: SweepRow): Promise<void> {
  const { button } = await showDialog({
    title: name,
    body: new Widget({ node: renderCode(code) }),
    buttons: [Dialog.cancelButton({ label: trans.__('Close') }), Dialog.okButton({ label: trans.__('Copy') })],
  });
  if (button.accept) Clipboard.copyToSystem(code);
}

function inFront({ app, tracker }: Scene): NotebookPanel | null {
  const panel = tracker?.currentWidget ?? null;
  return panel !== null && panel === app.shell.currentWidget ? panel : null;
}

/** Insert the code of a sweep below the active cell; false where that defines no function. */
function insertSweep(panel: NotebookPanel): boolean {
  const { activeCell, activeCellIndex } = panel.content;
  const editor = activeCell?.editor;
  const offset = editor ? editor.getOffsetAt(editor.getCursorPosition()) : 0;
  const source = activeCell?.model.sharedModel.getSource() ?? '';
  const defined = activeCell?.model.type === 'code' ? functionAt(source, offset) : null;
  if (defined) insertBelow({ panel, place: activeCellIndex }, sweepCode(defined));
  return defined !== null;
}

async function newStudy({ app }: Scene, cwd: string): Promise<void> {
  const made: unknown = await app.commands.execute('notebook:create-new', { cwd });
  const panel = made as NotebookPanel | undefined;
  if (!panel) return;
  await panel.context.ready;
  panel.content.model?.sharedModel.getCell(0).setSource(STUDY);
}
