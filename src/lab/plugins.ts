import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification, WidgetTracker } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Token } from '@lumino/coreutils';

import { CommandIDs } from '../commands';
import { type Catalogue, trans } from '../core/trans';
import { openView, sweepCommands, type Scene } from './commands';
import { notify } from './notices';
import { Preferred } from './preferred';
import { SideArea } from './side';
import { StatusItem } from './status';
import { Sweeps } from './sweeps';
import type { WidgetTab } from './tab';
import { Tabs } from './tabs';
import { ICatalogue, translation } from './translation';

const IPreferred = new Token<Preferred>('xyzpy-widgets:IPreferred', 'What the reader has set.');
const ISweeps = new Token<Sweeps>('xyzpy-widgets:ISweeps', 'The sweeps of all running kernels.');
const IScene = new Token<Scene>('xyzpy-widgets:IScene', 'Where sweeps are shown.');

/** The commands in the palette. */
const PALETTE = [
  CommandIDs.showSweeps,
  CommandIDs.openPanel,
  CommandIDs.plan,
  CommandIDs.explore,
  CommandIDs.showCode,
  CommandIDs.copyPath,
  CommandIDs.exploreFile,
  CommandIDs.newSweep,
  CommandIDs.newStudy,
  CommandIDs.stopAll,
];

/** Reads the settings. */
const settings: JupyterFrontEndPlugin<Preferred> = {
  id: 'xyzpy-widgets:plugin',
  description: 'The settings of xyzpy_widgets, its menus and its shortcuts.',
  autoStart: true,
  optional: [ISettingRegistry],
  provides: IPreferred,
  activate: (_: JupyterFrontEnd, registry: ISettingRegistry | null) => {
    const preferred = new Preferred();
    registry?.load(settings.id).then(
      (loaded) => {
        preferred.follow(loaded);
      },
      (error: unknown) => {
        Notification.warning(String(error));
      },
    );
    return preferred;
  },
};

/** Listens to the boards of all running kernels. */
const sweeps: JupyterFrontEndPlugin<Sweeps> = {
  id: 'xyzpy-widgets:sweeps',
  description: 'Knows the sweeps of all running kernels.',
  autoStart: true,
  requires: [IPreferred],
  provides: ISweeps,
  activate: ({ serviceManager }: JupyterFrontEnd, preferred: Preferred) => new Sweeps(serviceManager, preferred),
};

/** Shows single sweeps in tabs, and finds those again that were open. */
const views: JupyterFrontEndPlugin<Scene> = {
  id: 'xyzpy-widgets:views',
  description: 'Shows single sweeps in tabs beside the notebook, and adds the commands of sweeps.',
  autoStart: true,
  requires: [ICatalogue, ISweeps, IRenderMimeRegistry],
  optional: [INotebookTracker, ILayoutRestorer],
  provides: IScene,
  activate: (
    app: JupyterFrontEnd,
    _: Catalogue,
    sweeps: Sweeps,
    rendermime: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    restorer: ILayoutRestorer | null,
  ) => {
    const { shell, serviceManager, commands } = app;
    const tracker = new WidgetTracker<WidgetTab>({ namespace: 'xyzpy-widgets' });
    const tabs = new Tabs({ shell, sweeps, kernels: serviceManager.kernels, rendermime, tracker });
    const scene: Scene = { app, sweeps, tabs, tracker: notebooks };
    for (const [id, command] of Object.entries(sweepCommands(scene))) commands.addCommand(id, command);
    void restorer?.restore(tracker, {
      command: CommandIDs.restore,
      args: (tab) => ({ ...tabs.argsOf(tab) }),
      name: (tab) => tab.id,
    });
    return scene;
  },
};

/** Lists the sweeps in the side area. */
const side: JupyterFrontEndPlugin<void> = {
  id: 'xyzpy-widgets:side-area',
  description: 'Lists the sweeps of all running kernels in the side area.',
  autoStart: true,
  requires: [ISweeps, IScene],
  optional: [ILayoutRestorer],
  activate: ({ shell }: JupyterFrontEnd, sweeps: Sweeps, scene: Scene, restorer: ILayoutRestorer | null) => {
    const area = new SideArea(sweeps, (row) => {
      openView(scene, row, 'panel');
    });
    shell.add(area, 'left', { rank: 650, type: trans.__('Sweeps') });
    restorer?.add(area, area.id);
  },
};

/** Says how runs go: in the status bar, and in notifications when they end. */
const status: JupyterFrontEndPlugin<void> = {
  id: 'xyzpy-widgets:status',
  description: 'Says in the status bar how runs go, and notifies of their ends.',
  autoStart: true,
  requires: [ISweeps, IScene, IPreferred],
  optional: [IStatusBar],
  activate: (
    { commands }: JupyterFrontEnd,
    sweeps: Sweeps,
    scene: Scene,
    preferred: Preferred,
    bar: IStatusBar | null,
  ) => {
    notify(sweeps, preferred, (row) => {
      openView(scene, row, 'panel');
    });
    if (!bar) return;
    const item = new StatusItem(sweeps, preferred, ({ row }) => {
      if (row) openView(scene, row, 'panel');
      else void commands.execute(CommandIDs.showSweeps);
    });
    bar.registerStatusItem(status.id, {
      item,
      align: 'left',
      rank: 20,
      isActive: () => item.active,
      activeStateChanged: item.turned,
    });
  },
};

/** Lists the commands in the palette, and a card in the launcher. */
const lists: JupyterFrontEndPlugin<void> = {
  id: 'xyzpy-widgets:lists',
  description: 'Lists the commands of sweeps in the palette and in the launcher.',
  autoStart: true,
  requires: [IScene],
  optional: [ICommandPalette, ILauncher],
  activate: (_app: JupyterFrontEnd, _scene: Scene, palette: ICommandPalette | null, launcher: ILauncher | null) => {
    const category = trans.__('Parameter Sweeps');
    for (const command of PALETTE) palette?.addItem({ command, category });
    launcher?.add({ command: CommandIDs.newStudy, category, args: { isLauncher: true } });
  },
};

export const labPlugins: readonly JupyterFrontEndPlugin<unknown>[] = [
  translation,
  settings,
  sweeps,
  views,
  side,
  status,
  lists,
];
