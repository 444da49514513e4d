import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';

import { CommandIDs, showAbout } from './commands';
import { opener } from './lab/opener';
import { serveWidgets } from './notebook';
import { keepStills } from './stills';

/** Adds the commands of xyzpy_widgets, and lists them in the command palette where there is one. */
const commands: JupyterFrontEndPlugin<void> = {
  id: 'xyzpy-widgets:plugin',
  description: 'Adds the commands of xyzpy_widgets.',
  autoStart: true,
  optional: [ICommandPalette],
  activate: ({ commands }: JupyterFrontEnd, palette: ICommandPalette | null) => {
    commands.addCommand(CommandIDs.about, {
      label: 'xyzpy_widgets: About',
      caption: 'Show the version of xyzpy_widgets and what it does',
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

export const plugins = [commands, notebook, opener];
