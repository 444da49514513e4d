import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { CommandIDs, showAbout } from './commands';

/** Adds the commands of xyzpy_widgets, and lists them in the command palette where there is one. */
export const plugin: JupyterFrontEndPlugin<void> = {
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
