import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';

import { CommandIDs, showAbout } from './commands';
import { type Catalogue, trans } from './core/trans';
import { opener } from './lab/opener';
import { labPlugins } from './lab/plugins';
import { ICatalogue } from './lab/translation';
import { serveWidgets } from './notebook';
import { keepStills } from './stills';

/** Adds the command that tells what this is, and lists it in the command palette where there is one. */
const about: JupyterFrontEndPlugin<void> = {
  id: 'xyzpy-widgets:about',
  description: 'Adds the command that tells what xyzpy_widgets is.',
  autoStart: true,
  requires: [ICatalogue],
  optional: [ICommandPalette],
  activate: ({ commands }: JupyterFrontEnd, _: Catalogue, palette: ICommandPalette | null) => {
    commands.addCommand(CommandIDs.about, {
      describedBy: { args: { type: 'object', properties: {} } },
      label: trans.__('xyzpy_widgets: About'),
      caption: trans.__('Show the version of xyzpy_widgets and what it does'),
      execute: showAbout,
    });
    palette?.addItem({ command: CommandIDs.about, category: 'xyzpy_widgets' });
  },
};

/** Lets the widgets insert cells, reach a kernel that is busy, and leave words behind when theirs is gone. */
const notebook: JupyterFrontEndPlugin<void> = {
  id: 'xyzpy-widgets:notebook',
  description: 'Inserts cells for the widgets of xyzpy_widgets, and steers their runs while the kernel is busy.',
  autoStart: true,
  optional: [INotebookTracker],
  activate: ({ serviceManager }: JupyterFrontEnd, tracker: INotebookTracker | null) => {
    if (!tracker) return;
    keepStills(tracker);
    serveWidgets(document, tracker, serviceManager.contents, (said) => {
      Notification.error(said);
    });
  },
};

export const plugins = [about, notebook, opener, ...labPlugins];
